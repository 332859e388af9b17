using System.Globalization;
using System.Net;
using Npgsql;
using QuantumCore.Gateway.Identity;
using QuantumCore.Journal;

namespace QuantumCore.Silo;

/// <summary>
/// Value of an option. Its methods return it as a type, or throw a <see cref="FormatException"/> for the user, which
/// says where the value comes from and which values are valid.
/// </summary>
/// <param name="Source">Source of the value, such as <c>--data</c>.</param>
/// <param name="Text">The value as text.</param>
internal readonly record struct OptionValue(string Source, string Text)
{
    public int Number(int least, int most) =>
        int.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most
            ? number
            : throw new FormatException($"{Source} is a whole number from {least} to {most}, not '{Text}'.");

    public int Port() =>
        ushort.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? port
            : throw new FormatException($"{Source} is a port from 1 to 65535, not '{Text}'.");

    public bool Switch() => OneOf(("on", true), ("off", false));

    public T OneOf<T>(params (string Word, T Value)[] words)
    {
        var text = Text;
        var place = Array.FindIndex(words, word => word.Word == text);
        return place >= 0
            ? words[place].Value
            : throw new FormatException(
                $"{Source} is {string.Join(", ", words[..^1].Select(word => word.Word))} or {words[^1].Word}, "
                + $"not '{Text}'.");
    }

    public string Word() =>
        Text.Length is > 0 and <= 64 && Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? Text
            : throw new FormatException($"{Source} is 1 to 64 letters, digits, '-' and '_', not '{Text}'.");

    public string[] List() =>
        Text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public string ExistingFile() =>
        File.Exists(Text) ? Text : throw new FormatException($"{Source}: there is no file '{Text}'.");

    public string ExistingDirectory() =>
        Directory.Exists(Text)
            ? Path.GetFullPath(Text)
            : throw new FormatException($"{Source}: there is no folder '{Text}'.");

    public Uri HttpAddress() =>
        Uri.TryCreate(Text.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"{Source}: '{Text}' is no http address.");

    public IPAddress ReachableAddress() =>
        IPAddress.TryParse(Text, out var address) && !address.Equals(IPAddress.Any)
            && !address.Equals(IPAddress.IPv6Any)
            ? address
            : throw new FormatException($"{Source}: '{Text}' is no IP address at which others could reach this one.");

    public FixAddress FixAddress() =>
        Silo.FixAddress.Read(Text)
        ?? throw new FormatException(
            $"{Source}: '{Text}' is no port, and no address such as tcp://127.0.0.1:9878 or tls://0.0.0.0:9879.");

    public TimeZoneInfo TimeZone() =>
        TimeZoneInfo.TryFindSystemTimeZoneById(Text, out var zone)
            ? zone
            : throw new FormatException(
                $"{Source}: this machine knows no time zone '{Text}', such as America/New_York.");

    public string[] Sites()
    {
        var sites = List();
        return Array.Find(sites, site => !Uri.TryCreate(site, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https") || site != uri.GetLeftPart(UriPartial.Authority)) is { } wrong
            ? throw new FormatException($"{Source}: '{wrong}' is no site such as https://desk.example.")
            : sites;
    }

    public IPNetwork[] Networks()
    {
        var source = Source;
        return Array.ConvertAll(List(), text => AddressNetwork.Read(text)
            ?? throw new FormatException(
                $"{source}: '{text}' is no address such as 10.0.0.5 and no network such as 10.0.0.0/8."));
    }

    public string PostgresConnection()
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(Text) is not { Host: { Length: > 0 } }
                ? throw new FormatException($"{Source} names no Host.")
                : PostgresHosts.Problem(Text) is { } problem ? throw new FormatException($"{Source}: {problem}.")
                : Text;
        }
        catch (ArgumentException error)
        {
            // The message names the wrong word, and never the password.
            throw new FormatException(
                $"{Source} is no connection string such as Host=127.0.0.1;Username=me;Database=exchange: {error.Message}",
                error);
        }
    }

    public string Urls()
    {
        var urls = Text.Split(';', StringSplitOptions.RemoveEmptyEntries);
        foreach (var url in urls)
        {
            // Kestrel also accepts http://*:8080 and http://+:8080, which are not URIs. It takes any other name to mean
            // all addresses, whatever addresses the name has.
            var plain = url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal)
                .Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
                || uri.PathAndQuery != "/")
                throw new FormatException($"{Source}: '{url}' is no address such as http://127.0.0.1:8080.");
            if (uri is { Port: 0, Host: "localhost" })
                throw new FormatException(
                    $"{Source}: '{url}' has two addresses, which can't share a free port; use http://127.0.0.1:0.");
            if (uri.HostNameType == UriHostNameType.Dns && uri.Host != "localhost")
                throw new FormatException(
                    $"{Source}: '{url}' names no address of this machine; it takes an IP address, localhost, or * for all.");
        }

        return urls.Length > 0
            ? Text
            : throw new FormatException($"{Source} names no address such as http://127.0.0.1:8080.");
    }
}
