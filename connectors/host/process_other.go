//go:build !linux

package host

// collect waits for the process. What is left of its group is not followed here.
func (p *process) collect() {
	err := p.cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err, p.reaped = err, true
}
