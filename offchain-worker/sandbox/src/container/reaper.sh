# Ends the runs of a tier whose process is gone.
#
# Standard input ends with that process. Standard output is the lock of the tier's directory, so that nobody else uses it
# until all is done. Arguments: the tier's directory; that of the mounts of all tiers' runs; then the directories of the
# tier's control group, one in each hierarchy.

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

# What does not end within ten seconds waits for a broken device. The next start tries again.
round=0
left=yes
while [ $left = yes ] && [ $round -lt 200 ]; do
	left=no
	for tier do
		[ -d "$tier" ] || continue
		left=yes
		for group in "$tier"/*/ "$tier"; do
			end "${group%/}"
			# Nothing can enter a group that is gone.
			rmdir "$group"
		done
	done
	round=$((round + 1))
	[ $left = no ] || sleep 0.05
done 2>/dev/null
for run in "$state"/runs/*; do
	name=${run##*/}
	for mount in "$run/out" "$shared/$name/root" "$shared/$name/in" "$shared/$name/dev"; do
		umount -l "$mount"
	done
done 2>/dev/null
