// Package ocs is the mapping by which trueup-connector-sql reads the database of an
// OCS Inventory server: machines, who works on them, and their software.
//
// The schema is that of server 2.8 and later, in which software is in four tables. The
// queries are in ocs.yaml, to be changed where a site keeps more in its database.
//
// # What is not taken at its word
//
// OCS writes zeros and empty texts where an agent said nothing; they become not known.
// Whether a machine is virtual is told by the model of its firmware, and by a host that
// lists it as its guest. Agents write one row of processors a socket, and what they
// call cores is of one; a machine of which one row has none has none that are known. In
// a guest they are virtual ones.
//
// Groups, which OCS keeps among the machines, and archived machines are left out.
package ocs

import _ "embed"

//go:embed ocs.yaml
var mapping string

// Mapping is the document, for the setting mapping of the connector.
func Mapping() string { return mapping }
