using QuantumCore.Instruments;

namespace QuantumCore.Silo;

/// <summary>Banner printed when the exchange is open.</summary>
internal static class Announcement
{
    /// <summary>Maximum number of symbols listed.</summary>
    private const int Most = 20;

    public static async Task WriteAsync(
        SiloOptions options, string url, bool isDemo, IReadOnlyList<Instrument> instruments)
    {
        var symbol = instruments.Count > 0 ? instruments[0].Symbol : "AAPL";
        var kept = options.Storage switch
        {
            StorageKind.Sqlite => Path.GetFullPath(options.DataDirectory),
            StorageKind.Postgres => "PostgreSQL",
            StorageKind.Volatile => "nowhere: this exchange forgets everything at its end",
        };
        var text = $"""

            QuantumCore is open at {url}
              terminal  {url}/ in a browser; {url}/docs shows every API call
              trading   {Symbols(instruments)}
              kept in   {kept}

            """;
        if (options.OptionsFile is { } file)
            text += $"  options   {file}\n";
        if (isDemo && options.DemoAnywhere)
            text = Warning + text;
        if (options.Fix is { } fix)
            text += $"  FIX 4.4   {fix}, TargetCompID QUANTUMCORE, ResetOnLogon=Y: docs/fix.md\n";
        if (isDemo)
            text += options.AdminPort is { } port
                ? $"  sim page  http://127.0.0.1:{port}/sim in a browser\n"
                : $"  sim page  {url}/sim in a browser, as demo-admin\n";

        // The key is in no backup. In a cluster, only the silo that made it has it in its directory.
        var key = options.AdminKeyFile;
        text += isDemo ? Demo(url, symbol) : File.Exists(key) ? $"  admin key {key} (of the first start)\n" : "";
        await Printed.TryAsync(Console.Out, text);
    }

    /// <summary>Warning above the banner of a demo for everyone.</summary>
    private const string Warning = """

        ********************************************************************************
        *  DEMO FOR EVERYONE (--demo on): PLAY MONEY ONLY.                             *
        *  Its keys are published. Whoever reaches this port can trade, take any       *
        *  account's play money, halt symbols and read everything.                     *
        *  Put nothing real into it. Start a real exchange without --demo on.          *
        ********************************************************************************

        """;

    private static string Symbols(IReadOnlyList<Instrument> instruments) =>
        string.Join(", ", instruments.Take(Most).Select(instrument => instrument.Symbol))
            + (instruments.Count > Most ? $" and {instruments.Count - Most} more" : "");

    private static string Demo(string url, string symbol) => $$"""
          API keys  demo-alice (ACC-1001), demo-bob (ACC-1002), demo-admin; they sign with demo-alice-secret, demo-bob-secret

        Try:
          curl {{url}}/api/qc/v1/book/{{symbol}}?depth=5
          curl -H 'X-Api-Key: demo-alice' -H 'Content-Type: application/json' {{url}}/api/qc/v1/orders \
            -d '{"symbol":"{{symbol}}","side":"buy","type":"market","quantity":"1"}'
          curl -H 'X-Api-Key: demo-alice' {{url}}/api/qc/v1/account

        """;
}
