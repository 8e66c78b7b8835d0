# Sourced by scripts that start what listens.

# Prints the first port from $1 on at which nothing listens.
free_port() {
	local port=$1
	while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		port=$((port + 1))
	done
	echo "$port"
}
