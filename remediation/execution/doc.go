// Package execution carries out approved plans.
//
// # One path
//
// A [Run] walks a plan's steps in their order and does, one at a time, what the
// history of the run leaves to be done. Each decision is a pure function of the
// plan, the events so far and the instant; every event is in the journal before
// its effect can happen. So a run that is killed at any instant goes on where it
// was, by another process or another machine. A rehearsal ([Rehearse]) is the same
// code with the acting end cut off.
//
// # Nothing happens twice
//
// An action has one key, made of plan, step and action, which is the same in every
// attempt. The attempt is in the journal before the call. If the call's outcome is
// not known, because it failed on the way or the process died, the effect is read
// back first; only where it is seen to be missing is the call made again, with the
// same key, and only so many times. What cannot be read back is unknown, stays
// open, and is read back by the next run.
//
// # Nothing happens unseen
//
// Just before an action its preconditions are read again. One that changed refuses
// this action and the rest of its step; other steps go on. Somebody who uses the
// software again thereby keeps it. Users are told before the notice period and may
// object until it ends. Caps bound how much is taken away in a day and in a run.
//
// # One at a time
//
// The journal appends only after the number of events that the writer has seen, so
// that two processes cannot both go on. A lease keeps a second one from trying; it
// is renewed while the first is alive, also during an action that takes its time, and
// runs out when it is not. Whoever looks on may stop a run or object at any time
// ([Control]), lease or not.
//
// What is left out: deciding that a plan has worked. That a call returned, or that
// the effect was seen by the system that was called, is not proof: package closure
// reconciles a later snapshot.
package execution
