# TCP ports of the loopback address. Needs node (packages.sh). Sourced, never run.

# port_free PORT: nobody listens there and we may. 1: taken, 2: not for this account.
port_free() {
	node -e '
		const server = require("net").createServer();
		server.once("error", (error) => process.exit(error.code === "EACCES" ? 2 : 1));
		server.listen(Number(process.argv[1]), "127.0.0.1", () => server.close());
	' "$1" 2>/dev/null
}

# ports_take COUNT: so many different free ports, one a line.
ports_take() {
	node -e '
		const net = require("net"), wanted = Number(process.argv[1]), open = [];
		function next() {
			if (open.length === wanted) {
				for (const server of open) console.log(server.address().port);
				for (const server of open) server.close();
				return;
			}
			const server = net.createServer();
			server.listen(0, "127.0.0.1", () => { open.push(server); next(); });
		}
		next();
	' "$1"
}
