#!/bin/sh
# What a host does with an approved change, without help from outside: it may cut us off.
#
#   on_host.sh begin SECONDS   put the files in place, check, activate; roll back by itself later
#   on_host.sh confirm         keep it
#   on_host.sh rollback WHY    undo it now
#   on_host.sh state           pending, confirmed, rolled back: WHY, failed: WHY, ...
#   on_host.sh under-way       whether it has begun and is not decided, by the exit code
#
# Beside it lie: files (a line each: number, hash before, hash after, executable, path; tabs
# between; - for no file), links (path, what it links to), new/NUMBER, spare (words for a full
# disk), logs, and the commands save, check, activate, undo.
#
# Whoever renames the folder `undecided` to `decided` first decides: only one can, and a rename
# needs no room on a full disk. What was decided is told in decided/how, once it is done.

umask 077
here=$(cd "$(dirname "$0")" && pwd) || exit 70
cd "$here" || exit 70
tab=$(printf '\t')
not_as_reviewed=3
failed=5
under_way=9
another_under_way=10
group=none

decide() {
    mv undecided decided 2>/dev/null
}

tell() { # WORDS SPARE
    printf '%s\n' "$1" 2>/dev/null >decided/how.draft && mv -f decided/how.draft decided/how && return
    rm -f decided/how.draft
    mv -f "spare/$2" decided/how
}

told() { # what was decided; waits until it is done
    count=0
    while [ ! -e decided/how ] && [ $count -lt 200 ]; do
        pause
        count=$((count + 1))
    done
    cat decided/how 2>/dev/null || echo "rolling back still"
}

pause() {
    sleep 0.2 2>/dev/null || sleep 1
}

is_alive() { # FILE with the number of a process of ours; after a reboot it may be another's
    [ -s "$1" ] && grep -q on_host.sh "/proc/$(cat "$1")/cmdline" 2>/dev/null
}

commands() { # FILE LOG
    (umask 022 && exec sh -e "$1") >"$2" 2>&1
}

is_under_way() { # FOLDER of a change
    [ -e "$1/begun" ] && [ ! -e "$1/decided" ] || return 1
    [ -e "$1/watching" ] || is_alive "$1/begun/by"
}

hash_of() {
    if [ -f "$1" ]; then
        sha256sum <"$1" | cut -d ' ' -f 1
    elif [ -e "$1" ]; then
        echo "no regular file"
    else
        echo -
    fi
}

lacks_nothing() {
    for tool in setsid sha256sum readlink grep sed sleep cut tail; do
        if ! command -v "$tool" >/dev/null; then
            echo "$tool is not installed"
            return 1
        fi
    done
    [ -e complete ] && return
    echo "the change did not arrive whole"
    return 1
}

make_folder() { # PATH: as others expect it; what is made is noted, innermost last
    [ -d "$1" ] && return
    make_folder "$(dirname -- "$1")" || return 1
    printf '%s\n' "$1" >>made || return 1
    mkdir -m 755 -- "$1"
}

put() { # SOURCE PATH EXECUTABLE
    target=$(readlink -f -- "$2") || target=$2
    folder=$(dirname -- "$target")
    make_folder "$folder" || return 1
    draft=$folder/.twiceshy.$$
    rm -f -- "$draft"
    put_draft "$@" && mv -f -- "$draft" "$target" && return
    rm -f -- "$draft"
    return 1
}

put_draft() { # SOURCE PATH EXECUTABLE: owner and permissions are those of what is there
    if [ -e "$target" ]; then
        cp -p -- "$target" "$draft" || return 1
    fi
    cat <"$1" >"$draft" || return 1
    [ -e "$target" ] || chmod 644 -- "$draft" || return 1
    if [ "$3" = 1 ]; then
        [ -x "$draft" ] || chmod a+x -- "$draft" || return 1
    else
        chmod a-x -- "$draft" || return 1
    fi
    sync -- "$draft" 2>/dev/null
    return 0
}

keep_old() { # what was kept is compared, so that nothing comes between looking and keeping
    mkdir old.draft || return 1
    while IFS=$tab read -r number before after executable path; do
        if [ -f "$path" ]; then cp -p -- "$path" "old.draft/$number" || return 1; fi
        if [ -L "$path" ]; then readlink -- "$path" >"old.draft/$number.link" || return 1; fi
    done <files
}

is_as_reviewed() {
    while IFS=$tab read -r number before after executable path; do
        if [ -L "$path" ] && [ ! -e "$path" ]; then
            printf '%s is a link that leads nowhere\n' "$path"
            return 1
        fi
        if [ -e "old.draft/$number" ]; then kept=old.draft/$number; else kept=$path; fi
        if [ "$(hash_of "$kept")" != "$before" ]; then
            printf '%s is not what was reviewed\n' "$path"
            return 1
        fi
        if [ "$after" != - ] && [ "$(hash_of "new/$number")" != "$after" ]; then
            echo "the change did not arrive whole"
            return 1
        fi
    done <files
    while IFS=$tab read -r path target; do
        if [ "$(readlink -- "$path")" != "$target" ]; then
            printf '%s is to be a link to %s: make the link first, by hand\n' "$path" "$target"
            return 1
        fi
    done <links
}

put_new() {
    while IFS=$tab read -r number before after executable path; do
        [ -e decided ] && return 1
        if [ "$after" = - ]; then
            rm -f -- "$path" || return 1
        else
            put "new/$number" "$path" "$executable" || return 1
        fi
    done <files
}

put_back() { # NUMBER PATH
    if [ -e "old/$1.link" ] && [ ! -L "$2" ]; then
        rm -f -- "$2"
        ln -s -- "$(cat "old/$1.link")" "$2"
        return
    fi
    [ -e "old/$1" ] || return 0
    target=$(readlink -f -- "$2") || target=$2
    draft=$(dirname -- "$target")/.twiceshy.$$
    rm -f -- "$draft" "$(dirname -- "$target")/.twiceshy.$group"
    if cp -p -- "old/$1" "$draft" && mv -f -- "$draft" "$target"; then return; fi
    # No room for both: written over in place, what is there makes the room.
    rm -f -- "$draft"
    cp -p -- "old/$1" "$target"
}

restore() { # sets `trouble`; nothing was touched yet where there is no `old`
    trouble=
    [ -d old ] || return 0
    while IFS=$tab read -r number before after executable path; do
        if [ "$before" = - ]; then
            rm -f -- "$path"
            [ ! -e "$path" ] || trouble="$path could not be taken away"
        else
            put_back "$number" "$path" || trouble="$path could not be put back"
        fi
    done <files
    while [ -s made ]; do
        folder=$(tail -n 1 made)
        rmdir -- "$folder" 2>/dev/null
        sed '$d' made >made.draft && mv -f made.draft made || break
    done
    [ -e activating ] || return 0
    commands undo undo.log || trouble="undoing it failed: $(tail -n 1 undo.log)"
}

stop_work() { # all its children with it, before anything is put back
    group=$(cat working 2>/dev/null)
    is_alive working || return 0
    count=0
    while kill -s KILL -- "-$group" 2>/dev/null && [ $count -lt 50 ]; do
        pause
        count=$((count + 1))
    done
}

take_back() { # WORDS SPARE: once it was decided
    restore 2>restore.log
    if [ -z "$trouble" ]; then
        rm -rf old old.draft new
        tell "$1" "$2"
    else
        tell "taking it back failed: $trouble; what was there is kept in $here/old ($1)" trouble
    fi
}

fail() { # WHY: nothing is left in place
    decide && take_back "failed: $1" failed
    exit $failed
}

put_in_place() {
    echo $$ >working || fail "there is no room on the disk"
    [ ! -e decided ] || exit $failed
    why=$(put_new 2>&1) || fail "a file could not be put in place: $why"
    commands check check.log || fail "the check refuses it: $(tail -n 1 check.log)"
    mv activate activating || fail "it could not be activated"
    commands activating activate.log || fail "activating it failed: $(tail -n 1 activate.log)"
    mv working worked
}

watch() { # SECONDS
    trap '' HUP
    trap 'kill $sleeping 2>/dev/null; late "its host or session was ended"' TERM
    sleep "$1" &
    sleeping=$!
    echo $$ >watching.draft && mv watching.draft watching
    wait $sleeping
    late "nobody confirmed it within $1 s"
}

late() { # WHY
    trap '' TERM
    if decide; then
        stop_work
        take_back "rolled back: $1" rolled-back
    fi
    exit 0
}

begin() { # SECONDS
    lacks_nothing || exit $failed
    mkdir begun 2>/dev/null || exit $under_way
    echo $$ >begun/by || fail_to_begin "there is no room on the disk"
    for other in ../*; do
        if [ "$other" != "../${here##*/}" ] && is_under_way "$other"; then
            decide && tell "failed: another change was under way" failed
            printf '%s\n' "${other#../}"
            exit $another_under_way
        fi
    done
    keep_old 2>keep.log || fail_to_begin "what is there could not be kept: $(tail -n 1 keep.log)"
    if ! why=$(is_as_reviewed); then
        decide && rm -rf old.draft new && tell "failed: $why" failed
        echo "$why"
        exit $not_as_reviewed
    fi
    mv old.draft old
    sh -e save >save.log 2>&1 || fail_to_begin "what is there could not be kept: $(tail -n 1 save.log)"
    setsid sh "$here/on_host.sh" watch "$1" </dev/null >watch.log 2>&1 &
    count=0
    while [ ! -e watching ]; do
        [ $count -lt 50 ] || fail_to_begin "nothing would take it back: $(tail -n 1 watch.log)"
        pause
        count=$((count + 1))
    done
    # On its own, so that a connection that breaks leaves nothing half done.
    setsid sh "$here/on_host.sh" work </dev/null >work.log 2>&1 &
    wait $!
    [ ! -e worked ] || exit 0
    if decide; then take_back "failed: it was ended while it was put in place" failed; fi
    told
    exit $failed
}

fail_to_begin() { # WHY
    if decide; then
        rm -rf old old.draft new
        tell "failed: $1" failed
    fi
    echo "$1"
    exit $failed
}

confirm() {
    count=0
    while [ ! -e worked ] && [ -e undecided ] && [ $count -lt 100 ]; do
        pause
        count=$((count + 1))
    done
    if [ ! -e worked ] && [ -e undecided ]; then
        echo "it is not in place yet"
        exit 1
    fi
    if decide; then
        rm -rf old new
        tell confirmed confirmed
    else
        told
        exit 1
    fi
}

rollback() { # WHY
    if decide; then
        stop_work
        take_back "rolled back: $1" rolled-back
        cat decided/how
    else
        told
        exit 1
    fi
}

state() {
    if [ -e decided/how ]; then
        cat decided/how
    elif [ -e watching ] && [ -e undecided ] && ! is_alive watching; then
        echo "unwatched: it is in place unconfirmed, and nothing takes it back by itself any more"
    else
        echo pending
    fi
}

case "$1" in
begin) begin "$2" ;;
watch) watch "$2" ;;
work) put_in_place ;;
rollback) rollback "$2" ;;
confirm) confirm ;;
state) state ;;
under-way) is_under_way "$here" ;;
*) exit 64 ;;
esac
