package expr

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// record is an object value: a Go value and the schema that says what of it can
// be read.
type record struct {
	schema *Schema
	object any
}

func (r record) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be converted to %s", r.schema.Name, t)
}

func (r record) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return r.Type().(*types.Type)
	}
	return types.NewErr("%s cannot be converted to %s", r.schema.Name, t.TypeName())
}

func (r record) Equal(other ref.Val) ref.Val {
	o, ok := other.(record)
	return types.Bool(ok && o.schema == r.schema && o.object == r.object)
}

func (r record) Type() ref.Type { return types.NewObjectType(r.schema.Name) }
func (r record) Value() any     { return r.object }

// provider answers CEL's questions about the schemas and leaves the rest to the
// standard registry.
type provider struct {
	*types.Registry
	schemas map[string]*Schema
}

// add registers the schemas that t is made of.
func (p *provider) add(t Type) {
	switch t.kind {
	case listKind:
		p.add(*t.elem)
	case objectKind:
		if _, known := p.schemas[t.schema.Name]; known {
			return
		}
		p.schemas[t.schema.Name] = t.schema
		for _, f := range t.schema.Fields {
			p.add(f.Type)
		}
	}
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if s, ok := p.schemas[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(s.Name)), true
	}
	return nil, false
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	s, ok := p.schemas[name]
	if !ok {
		return nil, false
	}
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	return names, true
}

func (p *provider) FindStructFieldType(name, fieldName string) (*types.FieldType, bool) {
	s, ok := p.schemas[name]
	if !ok {
		return nil, false
	}
	for _, f := range s.Fields {
		if f.Name != fieldName {
			continue
		}
		trail := types.QualifyAttribute(types.NewAttributeTrail(s.Name), f.Name)
		return &types.FieldType{
			Type:  f.Type.cel(),
			IsSet: func(object any) bool { return f.Get(object) != nil },
			GetFrom: func(object any) (any, error) {
				return f.Type.value(f.Get(object), trail), nil
			},
		}, true
	}
	return nil, false
}

// NewValue keeps expressions from making objects: they judge facts, they do not
// invent them.
func (p *provider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("an expression cannot make a %s", name)
}

func (p *provider) NativeToValue(v any) ref.Val {
	if val, ok := v.(ref.Val); ok {
		return val
	}
	return p.Registry.NativeToValue(v)
}

// activation binds variables; what is not bound is unknown.
type activation struct{ vars Vars }

func (a activation) ResolveName(name string) (any, bool) {
	v, ok := a.vars[name]
	if !ok {
		return types.NewUnknown(0, types.NewAttributeTrail(name)), true
	}
	return v, true
}

func (a activation) Parent() cel.Activation { return nil }

// Bind makes the value of a variable of type t from a Go value; nil is unknown.
func Bind(name string, t Type, v any) any {
	return t.value(v, types.NewAttributeTrail(name))
}
