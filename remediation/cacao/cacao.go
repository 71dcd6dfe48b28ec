// Package cacao writes a remediation plan as a security playbook of OASIS CACAO 2.0
// (Committee Specification 01, 27 November 2023,
// https://docs.oasis-open.org/cacao/security-playbooks/v2.0/cs01/security-playbooks-v2.0-cs01.html),
// so that orchestrators, ticket systems and viewers of that standard can show and
// follow it.
//
// Each step of the plan is an action step, in the order of the plan, with a manual
// command for each of its actions and the role that owns it as its agent. What CACAO
// has no words for (money, dates, criterion, preconditions, how it is taken back) is in
// an extension that the document defines itself.
//
// Equal plans give equal bytes. CACAO asks for random identifiers of steps; here the 122
// free bits of each come from SHA-256 over the plan's digest and the step, which is as
// unlikely to meet another as a random one and is the same each time.
//
// What is left out: reading CACAO, and commands that a machine would carry out. A plan
// is carried out by package execution, with its guards; a copy that runs elsewhere would
// not have them.
package cacao

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/remediation"
)

// Options say who writes.
type Options struct {
	// Author is the organisation that the playbook is of. Needed.
	Author string
	// Name is the playbook's; left out it names the plan's strategy and day.
	Name string
}

type object map[string]any

// Write gives the plan as a CACAO playbook in JSON, indented.
func Write(p remediation.Plan, o Options) ([]byte, error) {
	digest, err := p.Digest()
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(o.Author) == "" {
		return nil, fmt.Errorf("cacao: a playbook needs an author")
	}
	if len(p.Steps) == 0 {
		return nil, fmt.Errorf("cacao: a plan without steps is no playbook, which has at least one")
	}
	if o.Name == "" {
		o.Name = fmt.Sprintf("Remediation plan of %s, %s", p.Strategy, p.Created.UTC().Format(time.DateOnly))
	}
	w := writer{digest: digest, plan: p, author: id("identity", o.Author), agents: object{}, workflow: object{}}
	w.extension = id("extension-definition", "https://trueup.dev/cacao/step/v1")
	w.steps()
	created := stamp(p.Created)
	doc := object{
		"type": "playbook", "spec_version": "cacao-2.0", "id": id("playbook", digest), "name": o.Name,
		"description": p.Text(), "playbook_types": []string{"remediation"}, "playbook_activities": []string{"configure-systems"},
		"created_by": w.author, "created": created, "modified": created, "labels": []string{"plan-sha256-" + digest},
		"workflow_start": w.step("start", "start"), "workflow": w.workflow, "agent_definitions": w.agents,
		"extension_definitions": object{w.extension: object{
			"type": "extension-definition", "name": "trueup remediation step", "created_by": w.author, "version": "1.0.0",
			"schema":      "cost: amount with currency; not_before and due: RFC 3339; criterion: CEL over the next position; preconditions: name and value of facts that must still hold; undo: how it is taken back, empty when it cannot be",
			"description": "What a license remediation step costs, when it is done and how that is seen.",
		}},
	}
	if !p.Due.IsZero() && p.Due.After(p.Created) {
		doc["valid_from"], doc["valid_until"] = created, stamp(p.Due)
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("cacao: %w", err)
	}
	return append(b, '\n'), nil
}

type writer struct {
	digest            string
	plan              remediation.Plan
	author, extension string
	agents, workflow  object
}

// step is the identifier of a step of this plan.
func (w *writer) step(kind, name string) string { return id(kind, w.digest+"\x00"+name) }

// steps writes the chain from start to end.
func (w *writer) steps() {
	next := func(i int) string {
		if i == len(w.plan.Steps) {
			return w.step("end", "end")
		}
		return w.step("action", w.plan.Steps[i].ID)
	}
	w.workflow[w.step("start", "start")] = object{"type": "start", "on_completion": next(0)}
	for i, s := range w.plan.Steps {
		agent := id("group", s.Owner)
		w.agents[agent] = object{"type": "group", "name": s.Owner}
		w.workflow[next(i)] = object{
			"type": "action", "name": s.Verb, "on_completion": next(i + 1), "agent": agent, "commands": commands(s),
			"description":     fmt.Sprintf("By %s, not before %s, due %s. Done when %s", s.Owner, s.Earliest.UTC().Format(time.DateOnly), s.Due.UTC().Format(time.DateOnly), s.Criterion),
			"step_extensions": object{w.extension: extension(s)},
		}
	}
	w.workflow[next(len(w.plan.Steps))] = object{"type": "end"}
}

func commands(s remediation.Step) []object {
	var out []object
	for _, a := range s.Actions {
		out = append(out, object{"type": "manual", "command": a.String(), "playbook_activity": "configure-systems"})
	}
	if len(out) == 0 {
		out = append(out, object{"type": "manual", "command": s.Verb, "playbook_activity": "configure-systems"})
	}
	return out
}

func extension(s remediation.Step) object {
	facts := []object{}
	for _, a := range s.Actions {
		for _, f := range a.Preconditions {
			facts = append(facts, object{"name": f.Name, "value": f.Value})
		}
	}
	return object{
		"cost": s.Cost.String(), "not_before": stamp(s.Earliest), "due": stamp(s.Due), "criterion": s.Criterion,
		"preconditions": facts, "undo": s.Undo,
	}
}

// id is an identifier of CACAO that is the same for the same name.
func id(kind, name string) string {
	sum := sha256.Sum256([]byte("trueup cacao\x00" + kind + "\x00" + name))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return kind + "--" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
