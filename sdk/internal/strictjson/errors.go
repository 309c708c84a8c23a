package strictjson

import "fmt"

// SyntaxError says that a document is not the JSON that this package accepts: ill-formed, doubled names, too deep, too
// many members, or not an object where one is required.
type SyntaxError struct {
	// Offset is the position in the document, in bytes from 0, at which reading stopped.
	Offset int

	// Reason says what is wrong, without any text of the document except the names of the table.
	Reason string
}

// Error returns the reason and the offset.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

// MemberError says that one member of an otherwise well-formed object is missing, of another type, or cannot be written.
type MemberError struct {
	// Name is the member's name as it stands in the table. A member of a nested object is given by its path, such as
	// organizations[1].id.
	Name string

	// Reason completes the sentence that the name starts, such as "must be a string". It has no text of the document.
	Reason string
}

// Error returns the name and the reason.
func (e *MemberError) Error() string {
	return fmt.Sprintf("%q %s", e.Name, e.Reason)
}

// problem is a MemberError whose name the caller completes.
func problem(reason string) *MemberError { return &MemberError{Reason: reason} }

// within returns the error as seen from the object or list one level up.
func (e *MemberError) within(prefix string) *MemberError {
	return &MemberError{Name: prefix + e.Name, Reason: e.Reason}
}
