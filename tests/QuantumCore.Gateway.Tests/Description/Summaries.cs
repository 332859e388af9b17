using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Summaries of an assembly's types and properties, from the XML file beside it.</summary>
internal sealed partial class Summaries(string file)
{
    private readonly Dictionary<string, string> _texts = XDocument.Load(file).Descendants("member")
        .Where(static member => member.Element("summary") is not null)
        .ToDictionary(static member => member.Attribute("name")!.Value, static member => TextOf(member.Element("summary")!), StringComparer.Ordinal);

    /// <summary>Returns the summary of a property, or of its type if the property has none; null for neither.</summary>
    public string? Of(JsonPropertyInfo? property, Type type) =>
        property?.DeclaringType.GetProperties().FirstOrDefault(known => string.Equals(known.Name, property.Name, StringComparison.OrdinalIgnoreCase)) is { } known
            && _texts.GetValueOrDefault($"P:{NameOf(property.DeclaringType)}.{known.Name}") is { } text
            ? text
            : _texts.GetValueOrDefault("T:" + NameOf(type));

    private static string? NameOf(Type type) => type.FullName?.Replace('+', '.');

    private static string TextOf(XElement summary) => Spaces().Replace(
        string.Concat(summary.Nodes().Select(static node => node is XElement { Name.LocalName: "c" } code ? $"`{code.Value}`" : node is XElement see ? see.Value : node.ToString())), " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Spaces();
}
