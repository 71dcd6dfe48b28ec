package expr

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Function is a function that an environment adds. Its Go side sees plain Go
// values, as [Result.Value] describes them.
type Function struct {
	Name   string
	Doc    string
	Args   []Type
	Result Type
	// Call computes the result. It must be pure. Returning nil means unknown.
	// Where Call is nil the function is declared for [Env.Check] alone, and a
	// program that calls it fails.
	Call func(args []any) (any, error)
}

func (f Function) option() cel.EnvOption {
	id := f.Name
	args := make([]*cel.Type, len(f.Args))
	for i, a := range f.Args {
		args[i] = a.cel()
		id += "_" + strings.Map(idRune, a.String())
	}
	if f.Call == nil {
		return cel.Function(f.Name, cel.FunctionDocs(f.Doc), cel.Overload(id, args, f.Result.cel()))
	}
	return cel.Function(f.Name, cel.FunctionDocs(f.Doc), cel.Overload(id, args, f.Result.cel(), cel.FunctionBinding(func(vals ...ref.Val) ref.Val {
		in := make([]any, len(vals))
		for i, v := range vals {
			in[i] = native(v)
		}
		out, err := f.Call(in)
		if err != nil {
			return types.WrapErr(err)
		}
		return f.Result.value(out, types.NewAttributeTrail(f.Name))
	})))
}

func idRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return '_'
}
