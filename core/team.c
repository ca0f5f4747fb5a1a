#include "core/team.h"

void vib_team_run(struct vib_team *team, size_t parts, vib_part_fn part, void *context) {
    if (team != NULL && parts > 1) {
        team->run(team, parts, part, context);
        return;
    }
    for (size_t i = 0; i < parts; i++)
        part(context, i);
}
