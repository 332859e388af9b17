using System.Globalization;
using System.Text.RegularExpressions;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>The README's lines, typed into a shell as they stand there, from the first to the last, at an exchange that is new.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string[] s_flow =
    [
        "A,1,B,100,1500000", "A,2,B,100,1500000", "Q,-9999999999,0,1500000,200", "IOC,S,100,1499900,1:100@1500000", "D,2,100",
    ];

    // What runs until somebody ends it; CommandLineTests has them.
    private static readonly string[] s_endless = ["qc watch", "qc live"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Every_line_of_the_command_line_does_what_it_says_when_typed_in_order()
    {
        var readme = await File.ReadAllTextAsync(Programs.Readme, Token);
        var list = CommandLines().Match(readme).Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(list.Length, 40, 200);
        using var desk = Storage.InFiles();
        var recordings = Directory.CreateDirectory(Path.Combine(desk.Folder, "recordings")).FullName;
        foreach (var name in (string[])["recordings/DAY", "FILE"])
            await File.WriteAllLinesAsync(Path.Combine(desk.Folder, name), s_flow, Token);
        await File.WriteAllBytesAsync(Path.Combine(desk.Folder, "ITCH"), ItchFile.Of(s_flow, "AAPL", 4_711, "MSFT").ToArray(), Token);
        await File.WriteAllTextAsync(Path.Combine(desk.Folder, "dana.txt"), "correct horse battery staple", Token);

        var admin = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = await SiloProcess.StartAsync(
            "--data", Path.Combine(desk.Folder, "data"), "--admin-port", admin, "--recordings", recordings);
        var failed = new List<string>();
        foreach (var line in list.Where(line => !Array.Exists(s_endless, line.StartsWith)))
        {
            var shell = Programs.StartOf(Programs.Cli);
            (shell.FileName, shell.WorkingDirectory) = ("bash", desk.Folder);
            shell.ArgumentList.Clear();
            // The shell of the list knows qc as an alias.
            foreach (var argument in (string[])["-ec", $"qc() {{ '{Programs.Host}' '{Programs.Cli}' \"$@\"; }}\n{line}"])
                shell.ArgumentList.Add(argument);
            shell.Environment["QC_URL"] = silo.Address.ToString();
            shell.Environment["QC_ADMIN"] = $"http://127.0.0.1:{admin}";
            var (exitCode, output) = await Programs.RunAsync(shell, TimeSpan.FromMinutes(2));
            if (exitCode != 0)
                failed.Add($"{line}\n    {exitCode}: {output}");
        }

        Assert.Empty(failed);
    }

    [GeneratedRegex("^alias qc=.*\n(?<lines>(qc |source ).*(\n.+)*?)\n```", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CommandLines();
}
