using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QuantumCore.Gateway.Http;

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
        var what = error.InnerException is JsonException ? "This is not valid JSON"
            : error.Message.StartsWith("Duplicate", StringComparison.Ordinal) ? "The member is given twice"
            : Taken(form, field);
        return (
            field is { Length: > LongestField } ? field[..LongestField] : field,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} (line {error.LineNumber + 1 ?? 1}, byte {error.BytePositionInLine ?? 0})."));
    }

    private static string Taken(JsonTypeInfo form, string? field)
    {
        // As in tiers[0].fromVolume; unknown member names are quoted, as in ['a b'].
        foreach (var step in (field ?? "").Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            var member = form.Properties.FirstOrDefault(member => member.Name == step);
            if (member is { CustomConverter: not null, PropertyType: var own } && own == typeof(string))
                return "The value must be a number";
            if ((member?.PropertyType ?? (char.IsAsciiDigit(step[0]) ? form.ElementType : null)) is not { } type)
                return $"There is no member {RefusalText.Shown(NameOf(field!, step))}{Meant(form, step)}; "
                    + $"members are {Members(form)}";
            form = form.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        }

        return form.Type == typeof(string) ? "The value must be a string, in quotes"
            : form.Type == typeof(bool) ? "The value must be true or false"
            : form.Type.IsEnum
                ? $"The value must be one of these, in quotes: {string.Join(", ", Enum.GetNames(form.Type).Select(JsonNamingPolicy.CamelCase.ConvertName))}"
            : form.Kind == JsonTypeInfoKind.Enumerable ? "The value must be a list"
            : form.Kind == JsonTypeInfoKind.Object ? $"The value must be an object with {Members(form)}"
            : form.Type == typeof(double) ? "The value must be a number, without quotes"
            : "The value must be a whole number, without quotes";
    }

    /// <summary>Returns the name of an unknown member; special characters are quoted, as in ['a b'].</summary>
    private static string NameOf(string field, string step) =>
        field.IndexOf("['", StringComparison.Ordinal) is >= 0 and var quoted
        ? field[(quoted + 2)..].Replace("']", "", StringComparison.Ordinal)
        : step;

    private static string Meant(JsonTypeInfo form, string step) =>
        RefusalText.Nearest(step, [.. form.Properties.Select(member => member.Name)]) is { } meant
            ? $" (did you mean '{meant}'?)" : "";

    private static string Members(JsonTypeInfo form) =>
        form.Properties.Count == 0 ? "nothing" : string.Join(", ", form.Properties.Select(member => member.Name));
}
