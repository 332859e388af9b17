using System.Buffers;
using System.Globalization;
using System.Net;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Parameters of a request, and its signed payload. Keeps the first error; a parameter that cannot be read counts as
/// absent until the request is rejected. A parameter that no call reads is an error too, because it may be misspelt.
/// </summary>
internal sealed class WireParameters
{
    private const int Most = 100;
    private const int MostSymbols = 1_000;

    /// <summary>Maximum number of digits of a number, on each side of its point.</summary>
    private const int MostDigits = 20;

    private const string SymbolRange = "^[A-Z0-9-_.]{1,20}$";

    private const string ListRange = "^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$";

    private static readonly SearchValues<char> s_symbolCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private const string SignatureName = "signature";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private WireError? _wrong;

    private WireParameters(string payload) => Payload = payload;

    /// <summary>Signed payload, exactly as it was sent.</summary>
    public string Payload { get; }

    /// <summary>Signature; null if there is none.</summary>
    public string? Signature { get; private set; }

    /// <summary>First error of the parameters read so far; null if there is none.</summary>
    public WireError? Wrong => _wrong;

    /// <summary>
    /// Reads parameters of the query and of a form body; the query's wins if both have one. The signed payload is the
    /// query followed by the body, without the signature.
    /// </summary>
    public static WireParameters Of(string query, string body)
    {
        var signed = WithoutSignature(query, out var ofQuery) + WithoutSignature(body, out var ofBody);
        var parameters = new WireParameters(signed) { Signature = ofQuery ?? ofBody };
        if (ofQuery is not null && ofBody is not null)
            parameters.Fail(new WireError(-1101, "Duplicate values for a parameter detected."));

        parameters.Take(query, isFirst: true);
        parameters.Take(body, isFirst: false);
        return parameters;
    }

    /// <summary>
    /// Reads parameters of a WebSocket message. The signed payload is all of them sorted by name, without the
    /// signature.
    /// </summary>
    public static WireParameters Of(IReadOnlyDictionary<string, string> values)
    {
        var signed =
            values.Where(value => value.Key != SignatureName).OrderBy(value => value.Key, StringComparer.Ordinal);
        var parameters = new WireParameters(string.Join('&', signed.Select(value => $"{value.Key}={value.Value}")));
        foreach (var (name, value) in values)
        {
            if (name == SignatureName)
                parameters.Signature = value;
            else
                parameters._values[name] = value;
        }

        return parameters;
    }

    /// <summary>Returns true if a parameter was sent; this does not count as reading it.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Returns true if a parameter was sent and is not read yet.</summary>
    public bool IsUnread(string name) => Has(name) && !_read.Contains(name);

    /// <summary>Reads a text; null if absent.</summary>
    public string? Text(string name)
    {
        _read.Add(name);
        if (!_values.TryGetValue(name, out var value))
            return null;
        if (value.Length > 0)
            return value;

        Fail(new WireError(-1105, $"Parameter '{name}' was empty."));
        return null;
    }

    /// <summary>Reads a required text.</summary>
    public string Needed(string name)
    {
        var text = Text(name);
        if (text is null)
            Fail(WireError.Missing(name));
        return text ?? "";
    }

    /// <summary>Reads an integer within a range; null if absent.</summary>
    public long? Number(string name, long least, long most)
    {
        if (Text(name) is not { } text)
            return null;
        if (!IsDigits(text))
        {
            Fail(WireError.IllegalCharacters(name, "^[0-9]{1,20}$"));
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most)
            return number;

        Fail(WireError.Invalid(name));
        return null;
    }

    /// <summary>
    /// Reads a decimal number's text without leading zeros, which some clients pad with; null if absent or malformed.
    /// </summary>
    public string? Decimal(string name)
    {
        if (Text(name) is not { } text)
            return null;

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var (whole, fraction) = point < 0 ? (text, "0") : (text[..point], text[(point + 1)..]);
        if (IsDigits(whole) && IsDigits(fraction))
            return WithoutLeadingZeros(text);

        Fail(WireError.IllegalCharacters(name, "^([0-9]{1,20})(\\.[0-9]{1,20})?$"));
        return null;
    }

    /// <summary>Removes leading zeros from a number's text; one before the point stays.</summary>
    public static string WithoutLeadingZeros(string text)
    {
        var trimmed = text.TrimStart('0');
        return trimmed.Length == text.Length
            ? text
            : trimmed.Length == 0 || trimmed[0] == '.' ? "0" + trimmed : trimmed;
    }

    /// <summary>Reads the limit of the answer; a limit above the maximum becomes the maximum.</summary>
    public int Limit(int otherwise, int most) => (int)Math.Min(Number("limit", 1, long.MaxValue) ?? otherwise, most);

    /// <summary>Reads a word of a fixed set; <paramref name="otherwise"/> if absent.</summary>
    public T Word<T>(string name, Func<string, T?> read, T otherwise, WireError? wrong = null)
        where T : struct
    {
        if (Text(name) is not { } text)
            return otherwise;
        if (read(text) is { } value)
            return value;

        Fail(wrong ?? WireError.Invalid(name));
        return otherwise;
    }

    /// <summary>Reads a boolean; false if absent.</summary>
    public bool Flag(string name) => Word<bool>(
        name, text => text.ToUpperInvariant() switch { "TRUE" => true, "FALSE" => false, _ => null }, false);

    /// <summary>Reads a symbol in capitals; null if it is absent or malformed.</summary>
    public string? Symbol()
    {
        if (Text("symbol") is not { } name)
            return null;
        if (IsSymbol(name))
            return name;

        Fail(WireError.IllegalCharacters("symbol", SymbolRange));
        return null;
    }

    /// <summary>
    /// Reads the requested symbols: one of <c>symbol</c>, or a JSON array of <c>symbols</c>; null if both are absent.
    /// </summary>
    public IReadOnlyList<string>? Symbols(out bool isOne)
    {
        var (one, several) = (Symbol(), Text("symbols"));
        isOne = one is not null;
        if (one is not null && several is not null)
            Fail(WireError.BadCombination);
        if (one is not null)
            return [one];
        if (several is null)
            return null;

        if (Names(several) is not { } names)
        {
            Fail(WireError.IllegalCharacters("symbols", ListRange));
            return null;
        }

        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length)
            Fail(new WireError(-1151, "Symbol is present multiple times in the list."));
        if (names.Length > MostSymbols)
            Fail(WireError.Invalid("symbols"));
        return names;
    }

    /// <summary>Reads the names of a JSON array without spaces; null if the text is none.</summary>
    public static string[]? Names(string list)
    {
        if (list == "[]")
            return [];
        if (!list.StartsWith("[\"", StringComparison.Ordinal) || !list.EndsWith("\"]", StringComparison.Ordinal)
            || list.Length < 5)
            return null;

        var names = list[2..^2].Split("\",\"");
        return names.All(IsSymbol) ? names : null;
    }

    private static bool IsDigits(string text) => text.Length is > 0 and <= MostDigits && text.All(char.IsAsciiDigit);

    private static bool IsSymbol(string text) =>
        text.Length is > 0 and <= 20 && text.AsSpan().IndexOfAnyExcept(s_symbolCharacters) < 0;

    /// <summary>Records an error, unless there is one already.</summary>
    public void Fail(WireError error) => _wrong ??= error;

    /// <summary>Returns the first error after everything was read, including unread parameters.</summary>
    public WireError? End()
    {
        var unread = _values.Keys.Count(name => !_read.Contains(name));
        if (unread > 0)
        {
            var sent = _values.Count;
            Fail(
                new WireError(
                    -1104,
                    $"Not all sent parameters were read; read '{sent - unread}' parameter(s) but was sent '{sent}'."));
        }

        return _wrong;
    }

    private static string WithoutSignature(string part, out string? signature)
    {
        signature = null;
        if (!part.Contains(SignatureName, StringComparison.Ordinal))
            return part;

        var kept = new List<string>();
        foreach (var pair in part.Split('&'))
        {
            if (pair.StartsWith(SignatureName + "=", StringComparison.Ordinal))
                signature = WebUtility.UrlDecode(pair[(SignatureName.Length + 1)..]);
            else
                kept.Add(pair);
        }

        return string.Join('&', kept);
    }

    private void Take(string part, bool isFirst)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in part.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = WebUtility.UrlDecode(equals < 0 ? pair : pair[..equals]);
            if (!seen.Add(name))
                Fail(new WireError(-1101, "Duplicate values for a parameter detected."));
            if (name == SignatureName || (!isFirst && _values.ContainsKey(name)))
                continue;

            if (_values.Count == Most)
            {
                Fail(new WireError(-1101, "Too many parameters sent for this endpoint."));
                return;
            }

            _values[name] = equals < 0 ? "" : WebUtility.UrlDecode(pair[(equals + 1)..]);
        }
    }
}
