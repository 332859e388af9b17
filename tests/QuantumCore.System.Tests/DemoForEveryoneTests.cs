using System.Globalization;
using System.Net;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>A demo for containers and cloud workspaces: it serves everyone, and says so.</summary>
public sealed class DemoForEveryoneTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Demo_on_serves_demo_keys_under_any_name_and_warns_in_banner_and_log()
    {
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = await SiloProcess.StartAsync(
            "--storage", "volatile", "--simulate", "none", "--urls", $"http://0.0.0.0:{port}", "--demo", "on");

        Assert.Contains("DEMO FOR EVERYONE (--demo on): PLAY MONEY ONLY", silo.Output, StringComparison.Ordinal);
        await silo.UntilAsync(
            () =>
                silo.Output.Contains("This demo serves everyone who reaches http://0.0.0.0", StringComparison.Ordinal),
            "the log");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(port, "demo-alice", "account"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(port, "demo-admin", "admin/users"));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("off")]
    public async Task Demo_keys_stay_off_on_such_addresses_without_it(string demo)
    {
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = await SiloProcess.StartAsync(
            "--storage", "volatile", "--simulate", "none", "--urls", $"http://0.0.0.0:{port}", "--demo", demo);

        Assert.DoesNotContain("DEMO FOR EVERYONE", silo.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(port, "demo-alice", "account"));
    }

    [Fact]
    public async Task Exchange_with_real_keys_does_not_become_a_demo()
    {
        using var storage = Storage.InFiles();
        await using (var real = await SiloProcess.StartAsync([.. storage.Arguments, "--demo", "off"]))
            Assert.Equal(0, await real.TerminateAsync());

        await using var demo = SiloProcess.Launch([.. storage.Arguments, "--demo", "on"]);
        var (code, output) = await demo.ExitAsync();
        Assert.Equal(70, code);
        Assert.Contains(
            "--demo on: this exchange has an administrator's key of its own", output, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> AskAsync(string port, string key, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/api/qc/v1/{path}");
        request.Headers.Host = "demo.example";
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("X-Api-Key", key);
        using var answer = await http.SendAsync(request, Token);
        return answer.StatusCode;
    }
}
