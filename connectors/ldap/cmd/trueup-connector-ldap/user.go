package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// reading is one collection.
type reading struct {
	*directory
	to *sdk.Writer
	// names finds a user by the entry's name, taken an entry by the user.
	names, taken map[string]string
	// primary finds the users whose primary group has an identifier (objectSid).
	primary map[string][]string
	// groups are those that were found, byName by the entry's name.
	groups []*group
	byName map[string]*group

	users, strangers, computers, disabled int64
	broken                                int
}

func userAttributes(ids []string) []string {
	return append([]string{"objectClass", "displayName", "cn", "c", "company", "o",
		"userAccountControl", "accountExpires", "pwdAccountLockedTime", "shadowExpire", "nsAccountLock", "objectSid", "primaryGroupID"}, ids...)
}

// fold makes names comparable: attribute values of names differ in case only.
func fold(name string) string {
	dn, err := ldap.ParseDN(name)
	if err != nil {
		return strings.ToLower(name)
	}
	return strings.ToLower(dn.String())
}

func (r *reading) user(e *ldap.Entry) error {
	id := ""
	for _, attribute := range r.ids {
		id = cmp.Or(id, e.GetEqualFoldAttributeValue(strings.TrimSpace(attribute)))
	}
	switch other := r.taken[id]; {
	case id == "":
		return r.problem(e, fmt.Sprintf("has none of the attributes %q that identify a user", r.ids))
	case other != "":
		return r.problem(e, "has the identifier of another entry, which counts")
	}
	r.taken[id], r.names[fold(e.DN)] = e.DN, id
	if sid := primaryGroup(e); sid != "" {
		r.primary[sid] = append(r.primary[sid], id)
	}
	u := compliance.User{ID: compliance.UserID(id), Name: cmp.Or(e.GetEqualFoldAttributeValue("displayName"), e.GetEqualFoldAttributeValue("cn"))}
	u.Country = strings.ToUpper(e.GetEqualFoldAttributeValue("c"))
	u.Entity = cmp.Or(e.GetEqualFoldAttributeValue("company"), e.GetEqualFoldAttributeValue("o"))
	if r.serves(e) {
		u.Kind = compliance.ServiceAccount
	}
	active, err := activity(e, r.at)
	if err != nil {
		if err := r.problem(e, err.Error()); err != nil {
			return err
		}
	}
	u.Active = active
	r.users++
	return r.to.User(u)
}

// serves reports whether an account is one of a service, or of a domain that is
// trusted.
func (r *reading) serves(e *ldap.Entry) bool {
	if flags, err := strconv.ParseInt(e.GetEqualFoldAttributeValue("userAccountControl"), 10, 64); err == nil && flags&trustAccount != 0 {
		return true
	}
	for _, class := range e.GetEqualFoldAttributeValues("objectClass") {
		if strings.EqualFold(class, "msDS-GroupManagedServiceAccount") || strings.EqualFold(class, "msDS-ManagedServiceAccount") {
			return true
		}
	}
	if r.serviceBase == nil {
		return false
	}
	dn, err := ldap.ParseDN(e.DN)
	return err == nil && r.serviceBase.AncestorOfFold(dn)
}

// problem reports an entry. Its name may be a person's, so only that of what holds
// it is told.
func (r *reading) problem(e *ldap.Entry, message string) error {
	_, parent, _ := strings.Cut(e.DN, ",")
	r.broken++
	return r.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: "an entry of " + parent, Message: message})
}

const (
	// accountDisabled is the bit of userAccountControl (MS-ADTS 2.2.16).
	accountDisabled = 0x2
	// trustAccount is the bit of an account that stands for another domain.
	trustAccount = 0x800
	// never is the other way beside 0 in which accountExpires says that an account
	// does not expire.
	never = 1<<63 - 1
	// filetimeEpoch is 1 January 1970 in units of 100 ns since 1601.
	filetimeEpoch = 116444736000000000
	// lockedForGood is how pwdAccountLockedTime says that only an administrator
	// unlocks (draft-behera-ldap-password-policy 5.3.3).
	lockedForGood = "000001010000Z"
)

// activity says whether an account can be used at an instant; nil when the entry
// says nothing of it. A value that cannot be read leaves it unknown.
func activity(e *ldap.Entry, at time.Time) (*bool, error) {
	said, active := false, true
	number := func(attribute string, inactive func(n int64) bool) error {
		text := e.GetEqualFoldAttributeValue(attribute)
		if text == "" {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%s is no number", attribute)
		}
		said, active = true, active && !inactive(n)
		return nil
	}
	for _, rule := range []struct {
		attribute string
		inactive  func(int64) bool
	}{
		{"userAccountControl", func(n int64) bool { return n&accountDisabled != 0 }},
		{"accountExpires", func(n int64) bool {
			return n != 0 && n != never && (n-filetimeEpoch)/10_000_000 <= at.Unix()
		}},
		{"shadowExpire", func(n int64) bool { return n >= 0 && n <= at.Unix()/86400 }},
	} {
		if err := number(rule.attribute, rule.inactive); err != nil {
			return nil, err
		}
	}
	if e.GetEqualFoldAttributeValue("pwdAccountLockedTime") == lockedForGood {
		said, active = true, false
	}
	if lock := e.GetEqualFoldAttributeValue("nsAccountLock"); lock != "" {
		said, active = true, active && !strings.EqualFold(lock, "true")
	}
	if !said {
		return nil, nil
	}
	return &active, nil
}
