package compliance

func (t *table) offerStandby(n int)   {}
func (t *table) offerSecondUse(n int) {}
func (t *table) moves(i int) []verdict { return []verdict{{}} }
