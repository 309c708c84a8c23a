package main

import (
	"errors"
	"fmt"
	"strings"
)

// listCommand lists what there is.
type listCommand struct {
	Cases   string `help:"A folder with cases and interface.json in place of the built-in ones." type:"existingdir" placeholder:"DIR"`
	Clauses bool   `help:"List each clause with its cases."`
	Strict  bool   `help:"Fail where a clause of level must lacks a case."`
}

// Run prints the list.
func (c *listCommand) Run() error {
	suite, err := load(c.Cases)
	if err != nil {
		return err
	}
	coverage := suite.Coverage()
	if c.Clauses {
		for _, clause := range coverage {
			fmt.Printf("%-40s %-6s for: %s; against: %s\n", clause.ID, clause.Level,
				strings.Join(clause.For, " "), strings.Join(clause.Against, " "))
		}
	} else {
		for _, one := range suite.Cases {
			fmt.Printf("%-60s %-6s %s\n", one.ID, one.Level, one.Title)
		}
	}
	missing := 0
	for _, clause := range coverage {
		if lacks := clause.Missing(); lacks != "" {
			missing++
			fmt.Printf("without a case %s: %s\n", lacks, clause.ID)
		}
	}
	fmt.Printf("%d cases; %d clauses, %d of level must without their cases\n", len(suite.Cases), len(coverage), missing)
	if c.Strict && missing > 0 {
		return errors.New("clauses of level must lack cases")
	}
	return nil
}
