using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// Sentences for rejected values. Each names the field, the value as the caller wrote it, the rule with its number, and
/// the nearest valid values.
/// </summary>
internal static class RefusalText
{
    private const int LongestValue = 40;
    private const string Cut = "...";
    private const int LongestWord = 30;
    private const int ShortestStart = 3;

    // Of two words, one that differs in fewer letters is meant rather than one that begins alike.
    private const int LargestDistance = 3;

    // A longer one takes long to read, and is no number that anyone meant.
    private const int LongestNumber = 64;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    /// <summary>
    /// Returns a value as the caller wrote it, without control characters and cut to 40 characters. Anything but a
    /// plain number stands in quotes.
    /// </summary>
    public static string Shown(string value)
    {
        var text = new StringBuilder();
        foreach (var rune in value.EnumerateRunes())
        {
            // A bidirectional override would turn the rest of the sentence around.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                continue;
            }

            text.Append(rune.ToString());
            if (text.Length > LongestValue)
                break;
        }

        if (text.Length > LongestValue)
        {
            var end = LongestValue - Cut.Length;
            text.Length = char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
            text.Append(Cut);
        }

        var shown = text.ToString();
        return IsNumber(shown) ? shown : $"'{shown}'";
    }

    /// <summary>Returns the sentence for a word that is not one of the valid ones.</summary>
    public static string NotOneOf(string field, string? value, params ReadOnlySpan<string> words)
    {
        var all = string.Join(", ", words!);
        if (value is null)
            return $"{field} is missing; it is one of {all}";
        return Nearest(value, words) is { } meant
            ? $"{field} {Shown(value)} is not one of {all}; did you mean '{meant}'?"
            : $"{field} {Shown(value)} is not one of {all}";
    }

    /// <summary>Returns the sentence for a text that breaks a rule in words.</summary>
    public static string Not(string field, string? value, string rule) =>
        value is null ? $"{field} is missing; it is {rule}" : $"{field} {Shown(value)} is not {rule}";

    /// <summary>Returns the sentence for an integer that is malformed or outside its range.</summary>
    public static string NotInRange(string field, string? value, long least, long most)
    {
        if (value is null)
            return string.Create(
                CultureInfo.InvariantCulture, $"{field} is missing; it is a whole number from {least} to {most}");
        return value.Length <= LongestNumber
            && BigInteger.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && (number < least || number > most)
            ? OutOfRange(field, value, $"{least}", $"{most}", number < least ? $"{least}" : $"{most}")
            : string.Create(
                CultureInfo.InvariantCulture, $"{field} {Shown(value)} is not a whole number from {least} to {most}");
    }

    /// <summary>Returns the sentence for a number of a scale that cannot be read or is out of range.</summary>
    public static string NotOnScale(string field, string value, DecimalError error, ValueScale scale)
    {
        if (scale.IsOfIntegers)
            return NotInRange(field, value, scale.Least, scale.Most);
        if (error == DecimalError.NotADecimal)
        {
            var rule = $"{field} {Shown(value)} is not a decimal number such as 150.25, without sign and exponent";
            return Plain(value, scale) is { } meant ? $"{rule}; did you mean '{meant}'?" : rule;
        }

        if (error == DecimalError.TooManyDecimals)
            return $"{field} {Shown(value)} is not a multiple of the {scale.StepName} {scale.Format(1)}; "
                + $"nearest: {string.Join(", ", scale.Around(value))}";

        var nearest = scale.StepsBelow(value) < scale.Least ? scale.Least : scale.Most;
        return OutOfRange(field, value, scale.Format(scale.Least), scale.Format(scale.Most), scale.Format(nearest));
    }

    /// <summary>Returns the sentence for a value outside a range; all as text.</summary>
    public static string OutOfRange(string field, string value, string least, string most, string nearest) =>
        $"{field} {Shown(value)} is outside the range {least} to {most}; nearest: {nearest}";

    /// <summary>
    /// Returns the sentence for two members that exclude each other, with the values that were given.
    /// </summary>
    public static string Excluded(string first, string? firstValue, string second, string? secondValue) =>
        $"{Named(first, firstValue)} cannot be combined with {Named(second, secondValue)}";

    /// <summary>
    /// Returns the valid word that differs from a text in case or one or two letters, or begins alike; null for none.
    /// </summary>
    public static string? Nearest(string text, params ReadOnlySpan<string> words)
    {
        if (text.Length > LongestWord)
            return null;

        string? nearest = null;
        var least = int.MaxValue;
        foreach (var word in words)
        {
            var distance = Distance(text.ToUpperInvariant(), word.ToUpperInvariant());
            // In a short word, two other letters make another word.
            if (distance > Math.Min(2, (word.Length - 1) / 2))
                distance = IsStart(text, word) || IsStart(word, text) ? LargestDistance : int.MaxValue;
            if (distance < least)
                (nearest, least) = (word, distance);
        }

        return nearest;
    }

    /// <summary>Returns true if a text is the beginning of a longer one, and says enough to be meant.</summary>
    private static bool IsStart(string start, string text) =>
        start.Length >= ShortestStart && text.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    private static string Named(string field, string? value) => value is null ? field : $"{field} {Shown(value)}";

    private static bool IsNumber(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        return digits.IndexOfAnyInRange('0', '9') == 0 && digits.IndexOfAnyExcept(s_digits) < 0
            && digits.Count('.') < 2;
    }

    /// <summary>Returns the number without spaces, plus and leading zeros, if it is valid that way.</summary>
    private static string? Plain(string value, ValueScale scale)
    {
        var text = value.Trim().TrimStart('+').TrimEnd('.').TrimStart('0');
        text = text.Length == 0 || text[0] == '.' ? "0" + text : text;
        return text != value && scale.IsValid(text) ? text : null;
    }

    /// <summary>Returns the number of letters to insert, drop or replace to make one text of the other.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}

/// <summary>Scale of a decimal number: its step and its range, counted in steps.</summary>
/// <param name="StepName">Name of the step.</param>
/// <param name="Decimals">Decimal places of the number.</param>
/// <param name="Step">Step, in units of the last decimal.</param>
/// <param name="Least">Smallest valid number, in steps.</param>
/// <param name="Most">Largest valid number, in steps.</param>
internal readonly record struct ValueScale(string StepName, int Decimals, long Step, long Least, long Most)
{
    private const string Integer = "whole number";

    /// <summary>Returns the scale of an instrument's prices.</summary>
    public static ValueScale OfPrice(Instrument instrument) => new(
        "tick size", instrument.PriceDecimals, instrument.TickSize, instrument.MinPriceTicks, instrument.MaxPriceTicks);

    /// <summary>Returns the scale of an instrument's quantities.</summary>
    public static ValueScale OfQuantity(Instrument instrument) => new(
        "lot size", instrument.QuantityDecimals, instrument.LotSize, instrument.MinQuantityLots,
        instrument.MaxQuantityLots);

    /// <summary>Returns the scale of amounts of an asset.</summary>
    public static ValueScale OfAmount(Asset asset, long least, long most) =>
        new($"smallest unit of {asset.Name}", asset.Decimals, 1, least, most);

    /// <summary>Returns the scale of integers.</summary>
    public static ValueScale OfInteger(long least, long most) => new(Integer, 0, 1, least, most);

    /// <summary>True for integers, which have no decimals at all.</summary>
    public bool IsOfIntegers => StepName == Integer;

    /// <summary>Formats a number of steps.</summary>
    public string Format(long steps) => DecimalText.Format((Int128)steps * Step, Decimals);

    /// <summary>Returns true if a text is a valid number of this scale.</summary>
    public bool IsValid(string text) => DecimalText.TryParse(text, Decimals, out var units) == DecimalError.None
        && units % Step == 0 && units / Step >= Least && units / Step <= Most;

    /// <summary>Returns the whole steps of a decimal number, rounded down.</summary>
    public BigInteger StepsBelow(string text)
    {
        var isNegative = text.StartsWith('-');
        var digits = isNegative ? text[1..] : text;
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var fraction = (point < 0 ? "" : digits[(point + 1)..]).PadRight(Decimals, '0');
        var all = BigInteger.Parse(
            (point < 0 ? digits : digits[..point]) + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        var steps = BigInteger.DivRem(all, Step * BigInteger.Pow(10, fraction.Length - Decimals), out var rest);
        return !isNegative ? steps : rest.IsZero ? -steps : -steps - 1;
    }

    /// <summary>
    /// Returns the valid numbers next to a decimal number between two steps: below and above it, or the end of the
    /// range.
    /// </summary>
    public IEnumerable<string> Around(string text)
    {
        var below = StepsBelow(text);
        if (below < Least)
            return [Format(below + 1 < Least ? Least : (long)below + 1)];
        return below >= Most ? [Format(Most)] : [Format((long)below), Format((long)below + 1)];
    }
}
