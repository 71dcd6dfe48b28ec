package host

import (
	"errors"

	"golang.org/x/sys/unix"
)

// collect waits for the process. Its group is dealt with after it has ended and
// before it is collected: until then its number cannot belong to anyone else.
func (p *process) collect() {
	for {
		err := unix.Waitid(unix.P_PID, p.cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	killGroup(p.cmd.Process)
	p.err = p.cmd.Wait()
	p.reaped = true
}
