// Package host starts connectors and collects from them.
//
// A connector is a stranger's program. The host gives it nothing but what it
// was told to give, believes nothing that it says without checking, and outlives
// whatever it does:
//
//   - The binary is copied to a private file while it is hashed, compared with
//     the pinned checksum, and the copy is what runs. Nobody can change it in
//     between.
//   - The process gets no environment but a short list, no standard input but a
//     pipe whose end tells it that the host is gone, and settings and secrets
//     only through the encrypted connection.
//   - Every wait has an end. A process that says nothing for too long is killed
//     with its whole process group; go-plugin's own Kill and Ping would wait for
//     it for ever.
//   - Messages, rows, bytes and time have budgets.
//   - What it prints is kept, the last lines of it, and attached to errors with
//     the secrets struck out.
//
// A source that fails is a [Result] with a typed error, and a compliance.Source
// whose Failure is set: what it gave counts and is marked, the other sources go
// on, and the run ends.
//
// # What is left on disk
//
// The host keeps copies of binaries and sockets in a folder of its own below
// [Config.RunDir]. Close removes it. After a crash the next [Open] on the same
// RunDir does: a folder whose lock nobody holds belongs to nobody.
//
// # Platforms
//
// Linux is supported in full. On other Unix systems a process that leaves its
// group can escape. On Windows connectors start, but only the process itself is
// killed, not its children.
package host
