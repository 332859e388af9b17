using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QuantumCore.Gateway.Wire;

/// <summary>Explains which member of an unreadable JSON body is wrong, and what it accepts.</summary>
public static class BodyForm
{
    private const int LongestField = 100;

    /// <summary>Returns the member at fault and an explanation for the sender.</summary>
    /// <param name="form">Expected type of the body.</param>
    /// <param name="error">Exception from reading it.</param>
    public static (string? Field, string Detail) Explain(JsonTypeInfo form, JsonException error)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(error);
        var field = error.Path is { Length: > 2 } path ? path[1..].TrimStart('.') : null;
        // JSON syntax errors have an inner exception of the same type. Errors of the form have none, or one of an
        // invalid number.
        var what = error.InnerException is JsonException ? "This is no JSON"
            : error.Message.StartsWith("Duplicate", StringComparison.Ordinal) ? "The member is there twice"
            : Taken(form, field);
        return (
            field is { Length: > LongestField } ? field[..LongestField] : field,
            string.Create(CultureInfo.InvariantCulture, $"{what} (line {error.LineNumber + 1 ?? 1}, byte {error.BytePositionInLine ?? 0})."));
    }

    private static string Taken(JsonTypeInfo form, string? field)
    {
        // As in tiers[0].fromVolume; unknown member names are quoted, as in ['a b'].
        foreach (var step in (field ?? "").Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            var member = form.Properties.FirstOrDefault(member => member.Name == step);
            if (member?.CustomConverter is not null)
                return "A number is taken here";
            if ((member?.PropertyType ?? (char.IsAsciiDigit(step[0]) ? form.ElementType : null)) is not { } type)
                return $"There is no such member, but {Members(form)}";
            form = form.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        }

        return form.Type == typeof(string) ? "Text is taken here, in quotes"
            : form.Type == typeof(bool) ? "true or false is taken here"
            : form.Type.IsEnum ? $"One of these is taken here, in quotes: {string.Join(", ", Enum.GetNames(form.Type).Select(JsonNamingPolicy.CamelCase.ConvertName))}"
            : form.Kind == JsonTypeInfoKind.Enumerable ? "A list is taken here"
            : form.Kind == JsonTypeInfoKind.Object ? $"An object is taken here, of {Members(form)}"
            : form.Type == typeof(double) ? "A number is taken here, without quotes"
            : "A whole number is taken here, without quotes";
    }

    private static string Members(JsonTypeInfo form) =>
        form.Properties.Count == 0 ? "nothing" : string.Join(", ", form.Properties.Select(member => member.Name));
}
