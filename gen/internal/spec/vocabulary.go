package spec

import "slices"

// vocabulary returns the shape of a whole spec: the one table that the loader validates by and that the reference
// documentation of the vocabulary is written from. A key that is not here does not exist.
func vocabulary() *shape {
	return mapping("an interface",
		must("sdk", sdkShape(), "What the SDK is called and where its Go module lives."),
		may("config", table("the configuration", snakeName, optionShape()), "The options of a client."),
		may("endpoints", table("the endpoints", snakeName, endpointShape()), "The addresses that operations talk to."),
		may("enums", table("the enums", camelName, enumShape()), "The open sets of texts that have names."),
		may("types", table("the types", camelName, typeShape()), "The values that operations take and return."),
		may("errors", table("the errors", camelName, errorShape()), "The tree of error classes."),
		may("operations", table("the operations", dottedName, operationShape()), "What the SDK does."),
		may("scopes", mapping("the scopes",
			may("rules", table("the scope rules", snakeName, ruleShape("a scope rule")), "The rules, by ID."),
		), "The rules of access by scopes."),
		may("clauses", table("the clauses", clauseID, ruleShape("a clause")), "Behavior that belongs to no single node."),
	)
}

// common are the keys of every node that a test can refer to.
func common(doc *shape) []key {
	return []key{
		may("doc", doc, "What the node is, in sentences. Required where the node is public."),
		may("clause", text(clauseID), "The stable ID that documentation and test cases cite. Derived from the path unless given."),
		may("level", word("must", "should", "may"), "How binding the clause is."),
		may("source", text(prose), "Where the rule comes from, such as RFC 6749, section 4.1.3. Absent means that of the node "+
			"around it or, where since is absent too, the SDK of based_on."),
		may("since", text(wireName), "The later version of the Python SDK that has it, or go for an addition beyond both. "+
			"An addition that names neither since nor source passes for a part of the SDK of based_on."),
		may("deviation", text(prose), "What the Python SDK 0.2.0 does, and why this differs."),
	}
}

func node(what string, keys ...key) *shape {
	return mapping(what, slices.Concat(keys, common(text(sentence)))...)
}

func goNameKey() key {
	return may("go", text(goName), "The Go name where the rule cannot derive it.")
}

func sdkShape() *shape {
	return mapping("the SDK",
		must("name", text(snakeName), "The name of the SDK."),
		must("version", text(wireName), "The version of the interface."),
		must("module", text(moduleText), "The path of the Go module, as go.mod has it."),
		must("doc", text(sentence), "What the SDK is for."),
		may("based_on", text(prose), "The SDK whose names and behavior it follows."),
	)
}

func optionShape() *shape {
	named := text(goName)
	named.mapping = mapping("a Go name",
		may("name", text(goName), "The Go name."),
		may("negate", text(goName), "The Go name of the opposite, for a bool that is true by default."),
	)
	return node("a config option",
		must("type", typeName(), "The type, or a word of the configuration such as http_client or clock."),
		may("required", flag(), "The client cannot be built without it."),
		may("default", text(prose), "What the zero value means: a literal, or config.x for another option's value."),
		may("go", named, "The Go name where the rule cannot derive it, or {negate: X}."),
	)
}

func endpointShape() *shape {
	return node("an endpoint",
		may("metadata", text(snakeName), "The member of the provider metadata that names it."),
		must("path", text(pathText), "Where it is under the issuer when the metadata does not say."),
		goNameKey(),
	)
}

func enumShape() *shape {
	return node("an enum",
		must("values", table("the values", wireName, node("an enum value", goNameKey(),
			may("doc", text(sentence), "What the value stands for: a noun with its article, such as The token endpoint."),
		)), "The values, by their wire text."),
	)
}

func typeShape() *shape {
	return node("a type",
		may("internal", flag(), "The type is the engine's own."),
		may("storage", flag(), "Its JSON is a storage form and carries its secrets."),
		may("unknown", word("keep", "drop"), "What becomes of members without a field."),
		may("lenient", flag(), "Members of a wrong form, and malformed objects of a list, count as absent."),
		may("accessors", flag(), "The Go type is written by hand and its fields are methods."),
		may("data", flag(), "A plain value that is neither read from nor written as JSON."),
		must("fields", table("the fields", snakeName, fieldShape()), "The members, by their wire names."),
		goNameKey(),
	)
}

func fieldShape() *shape {
	return node("a field",
		must("type", typeName(), "The type."),
		may("required", flag(), "The member must be there, and is written even if empty."),
		may("presence", flag(), "Absent differs from zero."),
		may("default", text(prose), "The value of an absent member, as a literal."),
		goNameKey(),
	)
}

func errorShape() *shape {
	match := mapping("a match",
		must("code", text(wireName), "The wire code."),
		may("source", text(snakeName), "The place that the code must come from; any if absent."),
	)
	return node("an error class",
		may("parent", text(camelName), "The class above it. Only the root has none."),
		may("match", list(match), "The wire codes that become this class."),
		may("fields", table("the fields", snakeName, node("an error field",
			must("type", typeName(), "The type."),
			may("accessor", flag(), "In Go a method reads it and a With method sets it."),
			goNameKey(),
		)), "What the class tells beyond its parent."),
		may("codes", table("the codes", snakeName, node("an error code")), "The codes that the SDK itself raises with this class."),
	)
}

func operationShape() *shape {
	return node("an operation",
		may("internal", flag(), "The operation is the engine's own and no client has it."),
		may("params", table("the parameters", snakeName, paramShape()), "The parameters, in order."),
		may("http", httpShape(), "One request that data describes."),
		may("url", mapping("a url operation",
			must("endpoint", text(snakeName), "The endpoint that the URL leads to."),
			may("constants", table("the constants", wireName, text(valueText)), "Parameters that never change."),
		), "A browser's URL that data describes; nothing is sent."),
		may("composed", mapping("a composed operation",
			may("sends", list(text(dottedName)), "The http operations that it uses. They make the call I/O."),
			may("builds", list(text(dottedName)), "The url operations that it uses."),
			may("returns", typeName(), "The type of the result; none if absent."),
		), "A step of the engine, written by hand, over http and url operations."),
		may("local", mapping("a local operation",
			must("returns", typeName(), "The type of the result."),
			may("nullable", flag(), "There may be no result."),
		), "A function of the vocabulary, written by hand. One named type.method is a method of that type."),
		goNameKey(),
	).exactlyOne("http", "url", "composed", "local")
}

func httpShape() *shape {
	return mapping("an http operation",
		must("method", word("GET", "POST", "PUT", "PATCH", "DELETE"), "The HTTP method."),
		must("endpoint", text(snakeName), "The endpoint."),
		must("auth", word("none", "client", "confidential"), "How the client authenticates; confidential insists on a secret."),
		may("constants", table("the constants", wireName, text(valueText)), "Parameters that never change."),
		may("response", typeName(), "The type of the answer; json for the JSON as it came, which only an internal operation "+
			"can return; none (or absent) if it does not matter."),
		may("status", list(number()), "The statuses of success; 200 if absent."),
		may("max_bytes", text(wireName), "The size up to which the answer is read, or config.x."),
		may("source", text(snakeName), "The place that its errors name; the endpoint's name if absent."),
	)
}

func paramShape() *shape {
	return node("a parameter",
		must("type", typeName(), "The type."),
		may("in", word("form", "query", "header", "bearer"), "Where it goes in the request."),
		may("wire", text(wireName), "Its name in the request; its own name if absent."),
		may("required", flag(), "It must be given."),
		may("presence", flag(), "Absent differs from zero."),
		may("default", text(prose), "The option used when it is not given, as config.x."),
		may("fixed", flag(), "It always has its default and no caller gives it."),
		may("variadic", flag(), "In Go it is variadic: the last of a local operation."),
		goNameKey(),
	)
}

func ruleShape(what string) *shape {
	return node(what)
}
