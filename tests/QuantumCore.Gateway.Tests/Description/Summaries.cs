using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Documentation of assemblies' types, properties and calls, from the XML files beside them.</summary>
internal sealed partial class Summaries
{
    private readonly Dictionary<string, string> _texts;
    private readonly Dictionary<string, string> _remarks;
    private readonly Dictionary<string, string> _parameters;

    private Summaries(IEnumerable<string> files)
    {
        var members = files.SelectMany(static file => XDocument.Load(file).Descendants("member")).ToArray();
        (_texts, _remarks) = (Read(members, "summary"), Read(members, "remarks"));
        _parameters =
            members.Where(static member => member.Attribute("name")!.Value.StartsWith("T:", StringComparison.Ordinal))
            .SelectMany(
                static member => member.Elements("param"),
                static (member, of) => (Name: $"{member.Attribute("name")!.Value}.{of.Attribute("name")!.Value}", of))
            .ToDictionary(static one => one.Name, static one => TextOf(one.of), StringComparer.Ordinal);
    }

    /// <summary>Returns the documentation of assemblies.</summary>
    public static Summaries OfAssemblies(params IEnumerable<Assembly> assemblies) =>
        new(assemblies.Select(static assembly => Path.ChangeExtension(assembly.Location, ".xml")));

    /// <summary>Returns the summary of a property, or of the parameter that it comes from; null for none.</summary>
    public string? Of(PropertyInfo property) =>
        _texts.GetValueOrDefault($"P:{NameOf(property.DeclaringType!)}.{property.Name}")
        ?? _parameters.GetValueOrDefault($"T:{NameOf(property.DeclaringType!)}.{property.Name}");

    /// <summary>Returns the summary and the remarks of a call's method; empty where there is none.</summary>
    public (string Summary, string Remarks) Of(MethodInfo call)
    {
        var parameters = call.GetParameters().Select(static parameter => NameOf(parameter.ParameterType));
        var name = $"M:{NameOf(call.DeclaringType!)}.{call.Name}({string.Join(',', parameters)})";
        return (_texts.GetValueOrDefault(name, ""), _remarks.GetValueOrDefault(name, ""));
    }

    /// <summary>Returns the summary of a property, or of its type if the property has none; null for neither.</summary>
    public string? Of(JsonPropertyInfo? property, Type type) =>
        property?.DeclaringType.GetProperties().FirstOrDefault(
            known => string.Equals(known.Name, property.Name, StringComparison.OrdinalIgnoreCase)) is { } known
            && _texts.GetValueOrDefault($"P:{NameOf(property.DeclaringType)}.{known.Name}") is { } text
            ? text
            : _texts.GetValueOrDefault("T:" + NameOf(type));

    private static Dictionary<string, string> Read(XElement[] members, string element) => members
        .Where(member => member.Element(element) is not null)
        .ToDictionary(
            static member => member.Attribute("name")!.Value,
            member => TextOf(member.Element(element)!),
            StringComparer.Ordinal);

    private static string? NameOf(Type type) => type.FullName?.Replace('+', '.');

    private static string TextOf(XElement summary) => Spaces().Replace(
        string.Concat(
            summary.Nodes()
                .Select(static node => node is XElement { Name.LocalName: "c" } code
                    ? $"`{code.Value}`"
                    : node is XElement see ? SeeText(see) : node.ToString())),
        " ").Trim();

    private static string SeeText(XElement see) =>
        see.Attribute("cref") is { Value: var name }
            ? $"`{JsonNamingPolicy.CamelCase.ConvertName(name[(name.LastIndexOf('.') + 1)..])}`"
            : see.Value;

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Spaces();
}
