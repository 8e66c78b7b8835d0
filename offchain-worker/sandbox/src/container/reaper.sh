# Ends the runs of a tier whose process is gone.
#
# Standard input ends with that process. Standard output is the lock of the tier's directory, so that nobody else uses it
# until all is done. Arguments: the tier's directory; that of the mounts of all tiers' runs; then the directories of the
# tier's control group, one in each hierarchy.
#
# What kills starts no program: on a machine that is busy, each would take its time.

trap '' HUP INT QUIT TERM PIPE
while read -r _; do :; done
state=$1
shared=$2
shift 2

end() {
	if echo 1 >"$1/cgroup.kill"; then return; fi
	echo FROZEN >"$1/freezer.state"
	while read -r process; do kill -KILL "$process"; done <"$1/cgroup.procs"
	echo THAWED >"$1/freezer.state"
}

# Nothing can enter a group that is gone. Those below others come first.
remove() {
	for tier do set -- "$tier"/*/ "$@"; done
	rmdir "$@"
}

# What does not end within ten seconds waits for a broken device. The next start tries again.
round=0
left=yes
while [ $left = yes ] && [ $round -lt 200 ]; do
	left=no
	for tier do
		[ -d "$tier" ] || continue
		left=yes
		for group in "$tier"/*/ "$tier"; do end "${group%/}"; done
	done
	round=$((round + 1))
	[ $left = no ] || remove "$@" || sleep 0.05
done 2>/dev/null
set --
for run in "$state"/runs/*; do
	name=${run##*/}
	set -- "$@" "$run/out" "$shared/$name/root" "$shared/$name/scratch" "$shared/$name/in" "$shared/$name/dev" "$shared/$name/tun"
done
umount -l "$@" 2>/dev/null
