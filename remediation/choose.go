package remediation

import (
	"context"
	"errors"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/remediation/internal/cover"
)

// planning is what all strategies of one request share.
type planning struct {
	Request
	currency  string
	positions []compliance.Position
	benches   map[string]*bench // by position key
	options   []Option
	causes    []Cause
	// cheapest is the selection of least cost, once it was made.
	cheapest selection
}

// selection is a choice of options with what is proven about it.
type selection struct {
	options []Option
	count   []int64
	// bound is the least cost, or disruption, that any choice closing as much can
	// have; exact says that this one has it.
	bound int64
	exact bool
	// places is by how many places money is scaled in bound.
	places int32
}

// maxCuts is how many times a choice may turn out insufficient before the rest
// is repaired one option at a time.
const maxCuts = 60

// choose finds the best selection from the options given, all available.
//
// The options are chosen by a model, and the choice is then tried by reconciling.
// Where that leaves more open than need be, the model learns a cut and is solved
// again. As every row and cut of the model holds for every sufficient choice, a
// choice that is best in the model and sufficient in the trial is best of all.
func (p *planning) choose(ctx context.Context, options []Option, s Strategy) (selection, error) {
	options = complete(options)
	c := chooser{planning: p, model: newModel(options, p.Policy.limits), strategy: s, tried: map[string]decimal.Decimal{}}
	if err := c.start(ctx); err != nil {
		return selection{}, err
	}
	for range maxCuts {
		if err := c.solve(ctx); err != nil {
			return selection{}, err
		}
		done, err := c.try(ctx)
		if err != nil {
			return selection{}, err
		}
		if done {
			return c.selection(true), nil
		}
		if c.stuck {
			break
		}
	}
	if err := c.repair(ctx); err != nil {
		return selection{}, err
	}
	enough, err := c.sufficient(ctx)
	return c.selection(enough), err
}

// complete leaves out options that need one that is not among them.
func complete(options []Option) []Option {
	there := map[string]bool{}
	for _, o := range options {
		there[o.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(options), func(o Option) bool { return o.needs != "" && !there[o.needs] })
}

// sufficient says whether the choice, carried out as it stands, leaves no more short than
// need be.
func (c *chooser) sufficient(ctx context.Context) (bool, error) {
	for _, p := range c.positions {
		open, err := c.open(ctx, p.Key(), c.count)
		if err != nil || open.GreaterThan(c.floor[p.Key()].Add(c.slack[p.Key()])) {
			return false, err
		}
	}
	return true, nil
}

type chooser struct {
	*planning
	model    *model
	strategy Strategy
	// floor is what stays short of each position when everything is done.
	floor map[string]decimal.Decimal
	goal  goal
	count []int64
	bound int64
	exact bool
	// stuck says that the last trial taught the model nothing.
	stuck bool
	// slack is what the limits keep the model's choice from closing, by position;
	// nil when they do not.
	slack map[string]decimal.Decimal
	// tried are the outcomes of what-ifs, by position and counts.
	tried map[string]decimal.Decimal
}

// start computes what can be closed at all, and the first rows: for each
// position the options that help it on their own must close what those that do
// not leave open.
func (c *chooser) start(ctx context.Context) error {
	c.floor = map[string]decimal.Decimal{}
	for _, p := range c.positions {
		key := p.Key()
		floor, err := c.least(ctx, key, c.everything(key, func(Option) bool { return true }))
		if err != nil {
			return err
		}
		c.floor[key] = floor
		inside := map[int]bool{}
		for _, i := range c.model.of[key] {
			if !c.model.options[i].effect(key).IsPositive() {
				inside[i] = true
			}
		}
		open := p.Short.Low
		if len(inside) > 0 {
			if open, err = c.least(ctx, key, c.everything(key, func(o Option) bool { return !o.effect(key).IsPositive() })); err != nil {
				return err
			}
		}
		if open.GreaterThan(floor) {
			c.model.add(cut{key, inside, open.Sub(floor)})
		}
		if err := c.unions(ctx, key); err != nil {
			return err
		}
	}
	return c.aim()
}

// aim sets the goal of the strategy.
func (c *chooser) aim() error {
	cost, disruption, err := c.model.weights()
	if err != nil {
		return err
	}
	if c.strategy == LeastDisruption {
		c.goal = c.model.combine(disruption, cost)
	} else {
		c.goal = c.model.combine(cost, disruption)
	}
	return nil
}

// everything takes all options of a position that are wanted.
func (c *chooser) everything(key string, want func(Option) bool) []int64 {
	count := make([]int64, len(c.model.options))
	for _, i := range c.model.of[key] {
		if o := c.model.options[i]; want(o) {
			count[i] = o.Max
		}
	}
	return count
}

// chosenActions are the actions of a choice, those for one position or, where
// the key is empty, all.
func chosenActions(options []Option, count []int64, key string) []Action {
	var out []Action
	for i, o := range options {
		if count[i] > 0 && (key == "" || o.concerns(key)) {
			out = append(out, o.scaled(count[i])...)
		}
	}
	return out
}

// solve makes the model's best choice.
func (c *chooser) solve(ctx context.Context) error {
	p, err := c.model.problem(c.goal)
	if err != nil {
		return err
	}
	o := cover.Options{Nodes: c.Policy.limits.Nodes}
	s, err := cover.Solve(ctx, p, o)
	c.slack = nil
	undecided := errors.Is(err, cover.ErrUndecided)
	if undecided || errors.Is(err, cover.ErrInfeasible) {
		s, err = c.leastOpen(ctx, p, o)
	}
	if err != nil {
		return err
	}
	if undecided {
		// Perhaps more could be closed, so the bound is for plans that close less.
		s.Bound = 0
	}
	c.count = s.Count[:len(c.model.options)]
	c.bound, c.exact = s.Bound/c.goal.factor, s.Bound/c.goal.factor == s.Cost/c.goal.factor
	return nil
}

// leastOpen is the choice when the limits are too narrow: first as little
// exposure as possible stays open, then the goal is met as well as can be.
func (c *chooser) leastOpen(ctx context.Context, p cover.Problem, o cover.Options) (cover.Solution, error) {
	risk := p
	risk.Items = slices.Clone(p.Items)
	for i := range risk.Items {
		risk.Items[i].Cost = 0
	}
	first := len(p.Items)
	at := c.model.slack(&risk, c.unitRisk)
	least, err := cover.Solve(ctx, risk, o)
	if err != nil {
		return least, err
	}
	both := risk
	both.Items = slices.Clone(risk.Items)
	both.Limit = append(slices.Clone(p.Limit), least.Cost)
	for i := range both.Items {
		it := &both.Items[i]
		if i < first {
			it.Cost = p.Items[i].Cost
			continue
		}
		if it.Cost > 0 {
			it.Loads = append(slices.Clone(it.Loads), cover.Term{Row: len(p.Limit), Amount: it.Cost})
		}
		it.Cost = 0
	}
	s, err := cover.Solve(ctx, both, o)
	if errors.Is(err, cover.ErrInfeasible) || errors.Is(err, cover.ErrUndecided) {
		// The search was cut short; what was found first still holds.
		s, err = least, nil
	}
	if err != nil {
		return s, err
	}
	if !least.Exact() {
		s.Bound = 0
	}
	c.slack = map[string]decimal.Decimal{}
	for key, i := range at {
		c.slack[key] = decimal.New(s.Count[i], -c.model.units)
	}
	return s, nil
}

// unitRisk is the exposure of one unit of a position in cents, at least one.
func (c *chooser) unitRisk(key string) int64 {
	p, _ := c.position(key)
	if !p.Short.Low.IsPositive() {
		return 1
	}
	price, missing := c.exchange(p.Exposure, c.currency)
	if missing != "" {
		return 1
	}
	return max(1, price.Amount.DivRound(p.Short.Low, 2).Shift(2).IntPart())
}

// try reconciles the choice. Where a position stays more short than it need, the
// model gets a cut: options outside of the choice must close it. Options that can
// be taken many times are left out of the set, since more of them is a different
// choice.
func (c *chooser) try(ctx context.Context) (done bool, err error) {
	done, c.stuck = true, true
	for _, p := range c.positions {
		key := p.Key()
		open, err := c.least(ctx, key, c.count)
		if err == nil && !open.GreaterThan(c.floor[key].Add(c.slack[key])) {
			// A part of the choice may do, but the choice is what is carried out.
			open, err = c.open(ctx, key, c.count)
		}
		if err != nil {
			return false, err
		}
		if !open.GreaterThan(c.floor[key].Add(c.slack[key])) {
			continue
		}
		done = false
		learned, err := c.learn(ctx, key)
		if err != nil {
			return false, err
		}
		if learned {
			c.stuck = false
		}
	}
	return done, nil
}

// learn adds the cut that a choice teaches for a position: what the options
// outside of a set must close, given that the set does all it can. It says
// whether the cut forbids the choice.
//
// The set is first made of all options that are like those chosen, so that the model
// does not try one after the other of them; then of those chosen that are taken or not.
// Where the choice fails because units that it buys do not fit everyone, such as those
// of one edition, the set takes these too, as often as they can be had.
func (c *chooser) learn(ctx context.Context, key string) (bool, error) {
	var some, chosen []int
	for _, i := range c.model.of[key] {
		if c.count[i] > 0 {
			chosen = append(chosen, i)
		}
		if c.count[i] > 0 && c.model.options[i].Max > 1 {
			some = append(some, i)
		}
	}
	sets := [][]int{c.alike(key, chosen), nil, some}
	for i := range some {
		sets = append(sets, some[i:i+1])
	}
	for _, full := range sets {
		forbids, err := c.teach(ctx, key, full)
		if err != nil || forbids {
			return forbids, err
		}
	}
	return false, nil
}

// teach adds the cut of the set of chosen options that are taken or not and of
// those in full at their most.
func (c *chooser) teach(ctx context.Context, key string, full []int) (bool, error) {
	inside, base := map[int]bool{}, make([]int64, len(c.count))
	for _, i := range c.model.of[key] {
		o := c.model.options[i]
		if slices.Contains(full, i) || c.count[i] > 0 && o.Max == 1 {
			inside[i], base[i] = true, o.Max
		}
	}
	open, err := c.least(ctx, key, base)
	if err != nil {
		return false, err
	}
	k := cut{key, inside, open.Sub(c.floor[key])}
	if !k.open.IsPositive() {
		return false, nil
	}
	given := c.slack[key]
	for _, i := range c.model.of[key] {
		given = given.Add(c.model.helps(i, k).Mul(decimal.NewFromInt(c.count[i])))
	}
	if !given.LessThan(k.open) {
		return false, nil
	}
	c.model.add(k)
	return true, nil
}

// repair closes what the last choice leaves open by adding options one at a
// time, the cheapest for each unit first, until a trial finds no more to close
// than need be. The bound of the model still holds.
func (c *chooser) repair(ctx context.Context) error {
	order := make([]int, 0, len(c.count))
	for i := range c.model.options {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := c.model.options[a], c.model.options[b]
		left := decimal.NewFromInt(c.goal.weight[a]).Mul(y.most)
		return left.Cmp(decimal.NewFromInt(c.goal.weight[b]).Mul(x.most))
	})
	for _, p := range c.positions {
		key := p.Key()
		for _, i := range order {
			if !c.model.options[i].concerns(key) {
				continue
			}
			open, err := c.open(ctx, key, c.count)
			if err != nil {
				return err
			}
			gap := open.Sub(c.floor[key]).Sub(c.slack[key])
			if !gap.IsPositive() {
				break
			}
			before := c.count[i]
			c.more(i, gap)
			if c.count[i] == before {
				continue
			}
			if after, err := c.open(ctx, key, c.count); err != nil {
				return err
			} else if !after.LessThan(open) {
				c.count[i] = before
			}
		}
	}
	return nil
}

// more takes an option as often as the gap asks and the limits allow.
func (c *chooser) more(i int, gap decimal.Decimal) {
	o := c.model.options[i]
	want := min(o.Max, c.count[i]+ceilUnits(gap))
	for n := want; n > c.count[i]; n-- {
		before := c.count[i]
		c.count[i] = n
		if c.within() {
			return
		}
		c.count[i] = before
	}
}

// within says whether the choice keeps to the limits.
func (c *chooser) within() bool {
	for _, pair := range c.model.requires() {
		if c.count[pair[0]] > 0 && c.count[pair[1]] == 0 {
			return false
		}
	}
	p := cover.Problem{Items: make([]cover.Item, len(c.model.options))}
	if err := c.model.load(&p); err != nil {
		return false
	}
	load := make([]int64, len(p.Limit))
	for i, it := range p.Items {
		for _, t := range it.Loads {
			load[t.Row] += t.Amount * c.count[i]
			if load[t.Row] > p.Limit[t.Row] {
				return false
			}
		}
	}
	return true
}

func (c *chooser) selection(sufficient bool) selection {
	s := selection{bound: c.bound, places: c.model.money}
	for i, o := range c.model.options {
		if c.count[i] > 0 {
			s.options, s.count = append(s.options, o), append(s.count, c.count[i])
		}
	}
	if !sufficient {
		// The model's bound is for plans that close more.
		s.bound = 0
		return s
	}
	s.exact = s.first(c.strategy) == s.bound
	return s
}

// first is the selection's value of what the strategy minimises first.
func (s selection) first(st Strategy) int64 {
	var total int64
	for i, o := range s.options {
		if st == LeastDisruption {
			total += int64(o.Disruption) * s.count[i]
		} else {
			total += o.Cost.Amount.Shift(s.places).IntPart() * s.count[i]
		}
	}
	return total
}
