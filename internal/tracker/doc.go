// Package tracker starts a Request Tracker for tests: the one that Debian ships, with a
// database of its own in a file, for as long as the test lasts.
package tracker
