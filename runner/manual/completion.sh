# shellcheck shell=bash
# shellcheck disable=SC2154 # the tables, which completion.c writes in front of this

# Sets words to those before the cursor: bash parts --set beta=1 at the equals sign, we do not.
_vib_sweep_read_words() {
    local i word
    words=()
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [ ${#words[@]} -gt 0 ] && { [[ $word == =* ]] || [[ ${words[-1]} == *= ]]; }; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
    done
}

# Sets takes and kinds to those of an option, or a positional argument, of the command.
_vib_sweep_find() {
    local of name t k
    takes='' kinds=''
    while read -r of name t k; do
        if [ "$of" = "$command" ] && [ "$name" = "$1" ]; then
            takes=$t kinds=$k
            return 0
        fi
    done <<<"$_vib_sweep_rows"
    return 1
}

# Offers words that begin as $current does.
_vib_sweep_offer() {
    local word
    for word; do
        [[ $word == "$current"* ]] && COMPREPLY+=("$word")
    done
}

_vib_sweep_offer_options() {
    local of name rest
    while read -r of name rest; do
        if [ "$of" = "$command" ] && [[ $name == --* ]]; then
            _vib_sweep_offer "$name"
        fi
    done <<<"$_vib_sweep_rows"
}

# Files that match a pattern, and folders on the way to them.
_vib_sweep_offer_files() {
    local file
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do
        COMPREPLY+=("$file")
    done < <(
        compgen -d -- "$current"
        shopt -s extglob
        compgen -f -X "!$1" -- "$current" | while IFS= read -r file; do
            [ -d "$file" ] || echo "$file"
        done
    )
}

# A key, or behind its equals sign what it may be.
_vib_sweep_offer_keys() {
    local key choices
    while read -r key choices; do
        if [[ -n $key && $current == "$key="* ]]; then
            current=${current#*=}
            read -ra choices <<<"$choices"
            _vib_sweep_offer "${choices[@]}"
            return
        fi
        [ -z "$key" ] || _vib_sweep_offer "$key="
    done <<<"$_vib_sweep_keys"
    compopt -o nospace 2>/dev/null
}

_vib_sweep_offer_value() {
    local kind list
    read -ra list <<<"$kinds"
    for kind in "${list[@]}"; do
        case $kind in
        =*) _vib_sweep_offer "${kind#=}" ;;
        KEY=) _vib_sweep_offer_keys ;;
        COMMAND) _vib_sweep_offer "${_vib_sweep_commands[@]}" ;;
        /) _vib_sweep_offer_files '' ;;
        *) _vib_sweep_offer_files "$kind" ;;
        esac
    done
}

# Which positional argument, from 1 on, is at the cursor: options and their values do not count.
_vib_sweep_place() {
    local i takes kinds place=1
    for ((i = first; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
        --*=*) ;;
        -?*) _vib_sweep_find "${words[i]}" && [ "$takes" = 1 ] && i=$((i + 1)) ;;
        *) place=$((place + 1)) ;;
        esac
    done
    echo $place
}

_vib_sweep() {
    local -a words
    local command=- first=0 current takes kinds
    COMPREPLY=()
    _vib_sweep_read_words
    current=${words[-1]}
    if [ ${#words[@]} -gt 1 ] && [[ " ${_vib_sweep_commands[*]} " == *" ${words[0]} "* ]]; then
        command=${words[0]} first=1
    fi
    if [ ${#words[@]} -gt 1 ] && _vib_sweep_find "${words[-2]}" && [[ ${words[-2]} == -* && $takes == 1 ]]; then
        _vib_sweep_offer_value
    elif [[ $current == --*=* ]] && _vib_sweep_find "${current%%=*}"; then
        current=${current#*=}
        _vib_sweep_offer_value
    elif [[ $current == -* ]]; then
        _vib_sweep_offer_options
    else
        [ ${#words[@]} -gt 1 ] || _vib_sweep_offer "${_vib_sweep_commands[@]}"
        if _vib_sweep_find "$(_vib_sweep_place)" || _vib_sweep_find '*'; then
            _vib_sweep_offer_value
        fi
    fi
}
complete -F _vib_sweep vib-sweep
