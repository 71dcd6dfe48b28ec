// Package tessera holds the measurement of the evidence stores beside Tessera's
// POSIX driver and the disk itself, in one run. It has no code but its test:
//
//	go test ./benchmarks/tessera -run TestStores -v -report -timeout 20m
//
// writes benchmarks/evidence-stores.md. Without -report the test is short, and sees
// to it that the measurement works.
package tessera
