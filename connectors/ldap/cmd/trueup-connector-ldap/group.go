package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// group is a group with its direct members.
type group struct {
	name    string
	users   map[string]bool
	members []string // names of entries that are no users, folded
}

// memberChunk is how many members of a group Active Directory is asked for at once. It
// gives at most 1500, and then says so in the name of the attribute (MS-ADTS
// 3.1.1.3.1.3.3).
const memberChunk = 1000

func (d *directory) groupAttributes() []string {
	member := "member"
	if d.active {
		member = fmt.Sprintf("member;range=0-%d", memberChunk-1)
	}
	return []string{"cn", "sAMAccountName", "objectSid", member, "uniqueMember", "memberUid"}
}

// group notes a group and its direct members.
func (r *reading) group(ctx context.Context, e *ldap.Entry) error {
	g := &group{name: cmp.Or(e.GetEqualFoldAttributeValue("cn"), e.GetEqualFoldAttributeValue("sAMAccountName"), e.DN), users: map[string]bool{}}
	r.groups, r.byName[fold(e.DN)] = append(r.groups, g), g
	members, err := r.membersOf(ctx, e)
	if err != nil {
		return err
	}
	for _, dn := range append(members, e.GetEqualFoldAttributeValues("uniqueMember")...) {
		if id := r.names[fold(dn)]; id != "" {
			g.users[id] = true
		} else {
			g.members = append(g.members, fold(dn))
		}
	}
	for _, uid := range e.GetEqualFoldAttributeValues("memberUid") {
		if r.taken[uid] != "" {
			g.users[uid] = true
		} else {
			r.strangers++
		}
	}
	// Who has a group as the primary one is not among its members.
	for _, id := range r.primary[string(e.GetRawAttributeValue("objectSid"))] {
		g.users[id] = true
	}
	return nil
}

// membersOf gives all values of member, asking for those that did not come at once.
func (r *reading) membersOf(ctx context.Context, e *ldap.Entry) ([]string, error) {
	var all []string
	for {
		next := 0
		for _, a := range e.Attributes {
			name, options, ranged := strings.Cut(strings.ToLower(a.Name), ";range=")
			if name != "member" {
				continue
			}
			all = append(all, a.Values...)
			if _, last, ok := strings.Cut(options, "-"); ranged && ok && last != "*" {
				n, err := strconv.Atoi(last)
				if err != nil || n < next {
					return nil, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("the directory gives members in the range %q", options)}
				}
				next = n + 1
			}
		}
		if next == 0 {
			return all, nil
		}
		if next < len(all) {
			return nil, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("the directory gives members up to %d after %d", next, len(all))}
		}
		request := ldap.NewSearchRequest(e.DN, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)",
			[]string{fmt.Sprintf("member;range=%d-%d", next, next+memberChunk-1)}, nil)
		answer, err := r.conn.Search(request)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, failure("members of "+r.base, err)
		}
		if len(answer.Entries) != 1 {
			return nil, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("a group was removed while its members were read; collect again")}
		}
		e = answer.Entries[0]
	}
}

// memberships writes who is in which group, in the order in which groups came and
// people are named.
func (r *reading) memberships(nested bool) error {
	written := map[connectors.Membership]bool{}
	for _, g := range r.groups {
		users := g.users
		if nested {
			users = map[string]bool{}
			r.reach(g, users, map[*group]bool{})
		}
		for _, dn := range g.members {
			if !nested || r.byName[dn] == nil {
				r.strangers++
			}
		}
		for _, id := range slices.Sorted(maps.Keys(users)) {
			m := connectors.Membership{Group: g.name, User: compliance.UserID(id)}
			if written[m] { // two groups have one name
				continue
			}
			written[m] = true
			if err := r.to.Membership(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// reach adds the users of a group and of the groups in it. Groups may be in each other.
func (r *reading) reach(g *group, users map[string]bool, seen map[*group]bool) {
	if seen[g] {
		return
	}
	seen[g] = true
	maps.Copy(users, g.users)
	for _, dn := range g.members {
		if inner := r.byName[dn]; inner != nil {
			r.reach(inner, users, seen)
		}
	}
}

// primaryGroup is the identifier of the primary group of an account: that of its
// domain with another last part (primaryGroupID in MS-ADA3; MS-DTYP 2.4.2.2).
func primaryGroup(e *ldap.Entry) string {
	sid := slices.Clone(e.GetRawAttributeValue("objectSid"))
	rid, err := strconv.ParseUint(e.GetEqualFoldAttributeValue("primaryGroupID"), 10, 32)
	if err != nil || len(sid) < 12 {
		return ""
	}
	binary.LittleEndian.PutUint32(sid[len(sid)-4:], uint32(rid))
	return string(sid)
}
