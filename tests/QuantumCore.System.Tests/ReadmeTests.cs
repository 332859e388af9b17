using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The commands of README and documents, typed into a shell as written, from the first to the last, at a new exchange.
/// </summary>
[TakesSeconds(170)]
public sealed partial class ReadmeTests
{
    private static readonly string[] s_flow =
    [
        "A,1,B,100,1500000", "A,2,B,100,1500000", "Q,-9999999999,0,1500000,200", "IOC,S,100,1499900,1:100@1500000",
        "D,2,100",
    ];

    // Commands that run until somebody ends them; CommandLineTests has them.
    private static readonly string[] s_endless = ["qc watch", "qc live"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Every_line_of_the_command_line_does_what_it_says_when_typed_in_order()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Programs.Docs, "cli.md"), Token);
        var list = CommandLines().Match(page).Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(list.Length, 40, 200);
        using var desk = Storage.InFiles();
        var recordings = Directory.CreateDirectory(Path.Combine(desk.Folder, "recordings")).FullName;
        foreach (var name in (string[])["recordings/DAY", "FILE"])
            await File.WriteAllLinesAsync(Path.Combine(desk.Folder, name), s_flow, Token);
        await File.WriteAllBytesAsync(
            Path.Combine(desk.Folder, "ITCH"), ItchFile.Of(s_flow, "AAPL", 4_711, "MSFT").ToArray(), Token);
        await File.WriteAllTextAsync(Path.Combine(desk.Folder, "dana.txt"), "correct horse battery staple", Token);

        var admin = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = await SiloProcess.StartAsync(
            "--data", Path.Combine(desk.Folder, "data"), "--admin-port", admin, "--recordings", recordings);
        var shell = new Shell(desk.Folder, silo.Address, admin);
        foreach (var line in list.Where(line => !Array.Exists(s_endless, line.StartsWith)))
            await shell.TypeAsync(line);
        Assert.Empty(shell.Failed);
    }

    [Theory]
    [InlineData("../README.md", 3)]
    [InlineData("protocol.md", 11)]
    [InlineData("margin.md", 1)]
    [InlineData("corporate-actions.md", 1)]
    [InlineData("signals.md", 2)]
    [Trait("Suite", "Slow")]
    public async Task Every_example_of_a_document_is_answered_when_typed_in_order(string document, int least)
    {
        var tools = new ProcessStartInfo("sh", ["-c", "command -v curl && command -v jq && command -v openssl"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        Assert.SkipUnless((await Programs.RunAsync(tools)).ExitCode == 0, "The examples need curl, jq and openssl.");
        var examples = Examples().Matches(await File.ReadAllTextAsync(Path.Combine(Programs.Docs, document), Token));
        Assert.InRange(examples.Count, least, 100);
        using var desk = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync("--storage", "volatile");
        var shell = new Shell(desk.Folder, silo.Address, adminPort: null);

        // A variable that one block sets is used by the next.
        await shell.TypeAsync(string.Join('\n', examples.Select(example => example.Groups["lines"].Value)));
        Assert.Empty(shell.Failed);
    }

    [GeneratedRegex(
        "^```sh\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1_000)]
    private static partial Regex Examples();

    [GeneratedRegex(
        "^alias qc=.*\n(?<lines>(qc |source ).*(\n.+)*?)\n```", RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1_000)]
    private static partial Regex CommandLines();

    /// <summary>A shell that knows qc, and whose curl fails if the exchange rejects a request.</summary>
    private sealed class Shell(string folder, Uri exchange, string? adminPort)
    {
        /// <summary>Commands that failed.</summary>
        public List<string> Failed { get; } = [];

        /// <summary>Types a text and waits for its end; the first command that fails ends it.</summary>
        public async Task TypeAsync(string text)
        {
            var start = Programs.StartOf(Programs.Cli);
            (start.FileName, start.WorkingDirectory) = ("bash", folder);
            start.ArgumentList.Clear();
            start.ArgumentList.Add("-ec");
            start.ArgumentList.Add($$"""
                set -o pipefail
                qc() { '{{Programs.Host}}' '{{Programs.Cli}}' "$@"; }
                curl() { command curl --fail-with-body "$@"; }
                {{text.Replace("localhost:8080", exchange.Authority, StringComparison.Ordinal).Replace("127.0.0.1:8080", exchange.Authority, StringComparison.Ordinal)}}
                """);
            start.Environment["QC_URL"] = exchange.ToString();
            if (adminPort is not null)
                start.Environment["QC_ADMIN"] = $"http://127.0.0.1:{adminPort}";
            var (exitCode, output) = await Programs.RunAsync(start);
            if (exitCode != 0)
                Failed.Add($"{text}\n    {exitCode}: {output}");
        }
    }
}
