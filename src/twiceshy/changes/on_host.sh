#!/bin/sh
# What a host does with an approved change, without help from outside: it may cut us off.
#
#   on_host.sh begin SECONDS   put the files in place, check, activate; roll back by itself later
#   on_host.sh confirm         keep it
#   on_host.sh rollback WHY    undo it now
#   on_host.sh state           pending, confirmed, rolled back: WHY, or failed: WHY
#
# Beside it lie: files (a line each: number, hash before, hash after, executable, path; tabs
# between; - for no file), new/NUMBER, and the commands save, check, activate, undo.
# Whoever makes the folder `decided` first decides; that is what mkdir is atomic for.

umask 077
here=$(cd "$(dirname "$0")" && pwd) || exit 70
cd "$here" || exit 70
tab=$(printf '\t')

decide() {
    mkdir decided 2>/dev/null && printf '%s\n' "$1" >decided/how
}

hash_of() {
    if [ -e "$1" ]; then sha256sum <"$1" | cut -d ' ' -f 1; else echo -; fi
}

put() { # SOURCE PATH EXECUTABLE
    target=$(readlink -f -- "$2") || target=$2
    draft=$(dirname -- "$target")/.twiceshy.$$
    if [ -e "$target" ]; then
        cp -p -- "$target" "$draft" || return 1
        cat <"$1" >"$draft" || return 1
        if [ "$3" = 1 ]; then chmod +x -- "$draft"; else chmod -x -- "$draft"; fi
    else
        mkdir -p -m 755 -- "$(dirname -- "$target")" || return 1
        cat <"$1" >"$draft" || return 1
        if [ "$3" = 1 ]; then chmod 755 -- "$draft"; else chmod 644 -- "$draft"; fi
    fi
    sync -- "$draft" 2>/dev/null
    mv -f -- "$draft" "$target"
}

unchanged_since_review() {
    while IFS=$tab read -r number before after executable path; do
        if [ "$(hash_of "$path")" != "$before" ]; then
            echo "$path is not what was reviewed"
            return 1
        fi
    done <files
}

keep_old() {
    mkdir old || return 1
    while IFS=$tab read -r number before after executable path; do
        if [ -e "$path" ]; then cp -p -- "$path" "old/$number" || return 1; fi
    done <files
    sh -e save
}

put_new() {
    while IFS=$tab read -r number before after executable path; do
        if [ "$after" = - ]; then
            rm -f -- "$path" || return 1
        else
            put "new/$number" "$path" "$executable" || return 1
        fi
    done <files
}

restore() {
    while IFS=$tab read -r number before after executable path; do
        if [ -e "old/$number" ]; then
            target=$(readlink -f -- "$path") || target=$path
            cp -p -- "old/$number" "$target.twiceshy" && mv -f -- "$target.twiceshy" "$target"
        else
            rm -f -- "$path"
        fi
    done <files
    if sh -e undo >undo.log 2>&1; then
        rm -rf old new
    else
        printf '%s; undoing it failed: %s\n' "$(cat decided/how)" "$(tail -n 1 undo.log)" >decided/how
    fi
}

fail() { # WHY: nothing is left in place
    if decide "failed: $1"; then restore; fi
    echo "$1"
    exit 5
}

case "$1" in
begin)
    unchanged_since_review || exit 3
    keep_old || { decide "failed: what is there could not be kept"; exit 5; }
    setsid sh "$here/on_host.sh" watch "$2" </dev/null >watch.log 2>&1 &
    put_new || fail "a file could not be put in place"
    sh -e check >check.log 2>&1 || fail "the check refuses it: $(tail -n 1 check.log)"
    sh -e activate >activate.log 2>&1 || fail "activating it failed: $(tail -n 1 activate.log)"
    ;;
watch)
    sleep "$2"
    if decide "rolled back: nobody confirmed it within $2 s"; then restore; fi
    ;;
rollback)
    if decide "rolled back: $2"; then restore; else cat decided/how; exit 1; fi
    ;;
confirm)
    if decide confirmed; then rm -rf old new; else cat decided/how; exit 1; fi
    ;;
state)
    if [ -e decided/how ]; then cat decided/how; else echo pending; fi
    ;;
*)
    exit 64
    ;;
esac
