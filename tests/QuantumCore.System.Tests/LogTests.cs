using System.Text.Json;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Log lines for operators, and secrets that must not be in them.</summary>
public sealed class LogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_line_about_a_request_in_gateway_and_grains_carries_the_trace_of_its_answer(bool isCollected)
    {
        using var storage = Storage.InFiles();
        string[] collector = isCollected ? ["--otlp", $"http://127.0.0.1:{SiloProcess.FreePort()}"] : [];
        await using var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--market-maker", "off", "--log", "json", "--log-level", "debug", .. collector]);
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Add("X-Api-Key", "demo-alice");
        using var order =
            new StringContent("""{"symbol":"AAPL","side":"buy","price":"900000.00","quantity":"1000000"}""");
        using var answer = await http.PostAsync("/api/qc/v1/orders", order, Token);
        Assert.Equal(422, (int)answer.StatusCode);
        var trace = Assert.Single(answer.Headers.GetValues("X-Trace-Id"));
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.Equal(trace, problem.GetProperty("trace").GetString());

        // 12: the account's grain; 106: order entry; 107: the response.
        int[] expected = [12, 106, 107];
        var lines = await silo.LinesAsync(
            line => line.StartsWith('{') && line.Contains($"\"trace\":\"{trace}\"", StringComparison.Ordinal)
                // Lines of the runtime do not count.
                && line.Contains("\"category\":\"QuantumCore.", StringComparison.Ordinal), expected.Length);
        var events = lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(expected, events.Select(line => line.GetProperty("event").GetInt32()).Order());
        Assert.All(events, line => Assert.Equal("debug", line.GetProperty("level").GetString()));
        Assert.Contains(
            events, line => line.GetProperty("values").GetProperty("Reason").GetString() == "InsufficientFunds");
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task No_key_is_ever_in_a_log(string form)
    {
        const string Canary = "qc_canary5e1f";
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--simulate", "none", "--log", form, "--log-level", "trace"]);
        using var admin = new Customer(silo.Address, "demo-admin");
        var made = await admin.PostAsync("admin/accounts/ACC-2001/keys", "{}");
        var key = made.Text("apiKey");
        Assert.True(key.Length > 20);
        foreach (var secret in new[] { key, Canary })
        {
            using var holder = new Customer(silo.Address, secret);
            await holder.GetAsync("account");
            await holder.GetAsync($"account?X-Api-Key={secret}");
            await holder.PostAsync("orders", $$"""{"apiKey":"{{secret}}"}""");
            await holder.PostAsync(
                "orders", """{"symbol":"AAPL","side":"buy","price":"1.00","quantity":"1","clientOrderId":"a"}""");
            await holder.DeleteAsync("orders?key=" + secret);
            await holder.PostAsync("nothing/" + secret, "{");
        }

        Assert.Equal(0, await silo.TerminateAsync());
        Assert.Contains("was answered 200", silo.Output, StringComparison.Ordinal);
        foreach (var secret in (string[])[key, Canary, "demo-admin\"", "X-Api-Key="])
            Assert.DoesNotContain(secret, silo.Output, StringComparison.Ordinal);
    }
}
