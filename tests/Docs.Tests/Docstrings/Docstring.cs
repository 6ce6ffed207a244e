using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Docs.Tests.Docstrings;

/// <summary>The documentation of one public type or member.</summary>
internal sealed partial class Docstring
{
    // A property of a record is documented as a parameter of the record, which is a noun.
    private readonly bool isParameter;
    private readonly ISymbol symbol;

    public Docstring(ISymbol symbol, XElement xml, bool isParameter)
    {
        (this.symbol, this.isParameter) = (symbol, isParameter);
        Inherits = xml.Descendants("inheritdoc").Any();
        Summary = xml.Element("summary") is { } summary ? TextOf(summary) : "";
        Text = TextOf(xml);
    }

    /// <summary>The member's name.</summary>
    public string Name => symbol.ToDisplayString();

    /// <summary>Whether a base type or an interface has the words.</summary>
    public bool Inherits { get; }

    /// <summary>The summary, on one line.</summary>
    public string Summary { get; }

    /// <summary>All parts, on one line.</summary>
    public string Text { get; }

    /// <summary>Whether the summary has to begin with a verb: it does for what is called or read.</summary>
    public bool NeedsVerb => !isParameter && symbol is (IMethodSymbol or IPropertySymbol);

    /// <summary>Whether the summary begins with a verb in the third person.</summary>
    public bool BeginsWithVerb => Verb().IsMatch(Summary);

    // References are words too: the last name of what they lead to.
    private static string TextOf(XElement element)
    {
        string text = string.Concat(element.DescendantNodes().Select(node => node switch
        {
            XText words => words.Value,
            XElement { Name.LocalName: "see" or "paramref" or "typeparamref" } see =>
                (see.Attribute("cref") ?? see.Attribute("name") ?? see.Attribute("langword"))?.Value.Split('(')[0].Split('.')[^1],
            XElement => " ",
            _ => "",
        }));
        return Spaces().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"^[A-Z][a-z]+s\b")]
    private static partial Regex Verb();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
