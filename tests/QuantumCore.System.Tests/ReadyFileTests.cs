using System.Text.Json;
using QuantumCore.Client;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>The file that tells a program where the exchange it started listens.</summary>
public sealed class ReadyFileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("auto", "alice", OrderStatus.New)]
    [InlineData("off", "admin", null)]
    public async Task Ready_file_has_the_real_port_and_keys_that_work(string demo, string name, OrderStatus? placed)
    {
        using var storage = Storage.InFiles();
        var file = Path.Combine(storage.Place, "ready.json");
        await File.WriteAllTextAsync(file, "of an earlier process", Token);
        await using var silo = SiloProcess.Launch(
            [
                .. storage.Arguments, "--urls", "http://127.0.0.1:0", "--ready-file", file, "--demo", demo,
                "--simulate", "none"]);
        await silo.UntilAsync(
            () => silo.HasEnded || silo.Output.Contains("QuantumCore is open", StringComparison.Ordinal), "the banner");

        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(file, Token));
        var address = ready.RootElement.GetProperty("address").GetString()!;
        Assert.NotEqual(0, new Uri(address).Port);
        Assert.Contains(
            $"QuantumCore is open at {address}\n", silo.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        using var client = new QuantumCoreClient(
            new Uri(address), ready.RootElement.GetProperty("keys").GetProperty(name).GetString());
        if (placed is not null)
            Assert.Equal(
                placed,
                (await client.Orders.PlaceAsync(
                    new() { Symbol = "AAPL", Side = OrderSide.Buy, Price = 150m, Quantity = 1m }, Token)).Status);
        else
            Assert.Contains(await client.Operator.Keys.GetAsync(Token), key => key.Administers);

        // A second one on the same journal can't start, and leaves the file of the first alone.
        await using (var second = SiloProcess.Launch(
            [.. storage.Arguments, "--urls", "http://127.0.0.1:0", "--ready-file", file]))
            Assert.NotEqual(0, (await second.ExitAsync()).ExitCode);
        Assert.True(File.Exists(file));

        Assert.Equal(0, await silo.TerminateAsync());
        Assert.Empty(Directory.GetFiles(storage.Place, "ready.json*"));
    }

    [Fact]
    public async Task Ready_file_that_cannot_be_written_ends_the_start()
    {
        using var storage = Storage.InFiles();
        var file = Path.Combine(storage.Place, "missing", "ready.json");
        await using var silo = SiloProcess.Launch([.. storage.Arguments, "--ready-file", file]);
        var (code, output) = await silo.ExitAsync();
        Assert.Equal(64, code);
        Assert.Contains($"--ready-file: the file '{file}' can't be written", output, StringComparison.Ordinal);
    }
}
