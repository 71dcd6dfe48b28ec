package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/trueup-dev/trueup/compliance"
)

// computers are the accounts of machines, without those of services, which are of a
// class below.
const computerFilter = "(&(objectClass=computer)(!(objectClass=msDS-ManagedServiceAccount))(!(objectClass=msDS-GroupManagedServiceAccount)))"

var computerAttributes = []string{"dNSHostName", "sAMAccountName", "cn", "operatingSystem", "operatingSystemVersion", "lastLogonTimestamp", "userAccountControl"}

// computer writes a machine. One whose account is disabled is no longer of the domain.
func (r *reading) computer(e *ldap.Entry) error {
	if flags, err := strconv.ParseInt(e.GetEqualFoldAttributeValue("userAccountControl"), 10, 64); err == nil && flags&accountDisabled != 0 {
		r.disabled++
		return nil
	}
	name := strings.TrimSuffix(e.GetEqualFoldAttributeValue("sAMAccountName"), "$")
	d := compliance.Device{
		ID:   compliance.DeviceID(strings.ToLower(cmp.Or(e.GetEqualFoldAttributeValue("dNSHostName"), name))),
		Name: cmp.Or(name, e.GetEqualFoldAttributeValue("cn")),
	}
	if d.ID == "" {
		return r.problem(e, "has neither dNSHostName nor sAMAccountName")
	}
	d.OperatingSystem = strings.TrimSpace(e.GetEqualFoldAttributeValue("operatingSystem") + " " + e.GetEqualFoldAttributeValue("operatingSystemVersion"))
	if text := e.GetEqualFoldAttributeValue("lastLogonTimestamp"); text != "" {
		at, err := filetimeOf(text)
		if err != nil {
			if err := r.problem(e, fmt.Sprintf("lastLogonTimestamp: %v", err)); err != nil {
				return err
			}
		}
		d.LastSeen = at
	}
	r.computers++
	return r.to.Device(d)
}

// filetimeOf reads an instant in units of 100 ns since 1601. Zero is never, and gives
// none.
func filetimeOf(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n < 0:
		return time.Time{}, errors.New("is no time")
	case n == 0 || n == never:
		return time.Time{}, nil
	}
	n -= filetimeEpoch
	return time.Unix(n/10_000_000, n%10_000_000*100).UTC(), nil
}
