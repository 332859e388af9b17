using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Options of the silo in a file, in the environment and on the command line.</summary>
public sealed class OptionSourceTests
{
    private const int BadUsage = 64;
    private const string Variable = "QUANTUMCORE_SILO_STORAGE";

    [Theory]
    [InlineData("--storage postgres needs", "postgres", null, null)]
    [InlineData("--urls with https needs", "postgres", "volatile", null)]
    [InlineData("--urls with https needs", "postgres", null, "volatile")]
    [InlineData("--storage postgres needs", "volatile", "postgres", null)]
    [InlineData("--urls with https needs", "volatile", "postgres", "volatile")]
    [InlineData("--storage postgres needs", "volatile", "volatile", "postgres")]
    [InlineData("appsettings.json: storage is sqlite, postgres or volatile, not 'paper'", "paper", "volatile", null)]
    [InlineData(Variable + " is sqlite, postgres or volatile, not 'paper'", "volatile", "paper", "volatile")]
    public async Task Command_line_wins_over_the_environment_which_wins_over_the_file(
        string message, string inFile, string? inEnvironment, string? onCommandLine)
    {
        // The silo checks the storage before the addresses, and neither starts.
        string[] arguments = onCommandLine is null ? [] : ["--storage", onCommandLine];
        var file = $$$"""{"QuantumCore.Silo": {"storage": "{{{inFile}}}", "urls": "https://127.0.0.1:0"}}""";
        Assert.Contains(message, await ErrorAsync(file, inEnvironment, arguments), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unknown option appsettings.json: colour.", """{"QuantumCore.Silo": {"colour": "red"}}""")]
    [InlineData("appsettings.json: shutdown is a whole number from 1 to 300, not '0'",
        """{"QuantumCore.Silo": {"shutdown": 0}}""")]
    [InlineData("appsettings.json: no-quotes needs one value",
        """{"QuantumCore.Silo": {"no-quotes": ["AAPL", "MSFT"]}}""")]
    [InlineData("appsettings.json: Could not parse the JSON file", """{"QuantumCore.Silo": """)]
    [InlineData("--urls with https needs", """{"Logging": {"colour": "red"}}""")]
    public async Task A_bad_option_in_the_file_is_refused_with_code_64(string message, string file) =>
        Assert.Contains(
            message, await ErrorAsync(file, "volatile", "--urls", "https://127.0.0.1:0"), StringComparison.Ordinal);

    private static async Task<string> ErrorAsync(string file, string? variable, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("quantumcore-options-");
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "appsettings.json"), file, TestContext.Current.CancellationToken);
            var start = Programs.StartOf(Path.GetFullPath(Programs.Silo), arguments);
            start.WorkingDirectory = folder.FullName;
            start.Environment[Variable] = variable;
            var (exitCode, output) = await Programs.RunAsync(start);
            Assert.True(exitCode == BadUsage, output);
            return Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
