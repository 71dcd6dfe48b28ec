// Package sdk is what a connector written in Go is built with: implement
// [Collector], call [Serve].
//
//	func main() {
//		sdk.Serve(connectors.Description{Name: "acme", Version: "1.0.0", …}, acme{})
//	}
//
// Collect writes rows of the model and returns. The rest is the SDK's: settings
// are checked against their description, rows travel in batches that stay
// within the host's limits, what the program prints goes to standard error, a
// panic becomes a failure that the host can report, and the process ends when
// its host does.
//
// Further interfaces are optional and found by type assertion: [Checker], [Actor],
// [Ticketer].
//
// # What a connector must keep to
//
//   - A part that cannot be read is reported by [Writer.Problem], and the rest
//     goes on. It is never skipped silently.
//   - [Writer.Complete] is called only when everything of the scope was sent.
//   - A cursor given to [Writer.Checkpoint] covers every row written before.
//   - The same input gives the same rows in the same order.
//   - Errors and problems hold no secret.
package sdk
