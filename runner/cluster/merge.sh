# shellcheck shell=bash disable=SC2154 # variables that vib-sweep slurm writes above
cd "$work" || exit 66
# The grid of other data would be another grid.
"$program" slurm "$folder/config.yaml" --check || exit
# 75: another merge is at it, and may have begun before the last parts were there.
for ((try = 0; try < 60; try++)); do
    "$program" merge "$database" "$folder"/parts/*.db --plan "$folder/config.yaml"
    status=$?
    [ "$status" -eq 75 ] || exit "$status"
    sleep 10
done
exit "$status"
