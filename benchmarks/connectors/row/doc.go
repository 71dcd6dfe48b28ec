// Package row is the protocol of a connector that sends one message a row: what
// batches of columns are measured against.
package row

//go:generate protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative row.proto
