using System.Net;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Orleans' dashboard: behind an option, and only for administrators.</summary>
public sealed class DashboardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_sees_silos_and_grains()
    {
        using var storage = Storage.InFiles();
        await using var silo =
            await SiloProcess.StartAsync([.. storage.Arguments, "--simulate", "none", "--dashboard", "on"]);

        using var admin = Browser(silo, "demo-admin");
        using var page = await admin.GetAsync("admin/orleans/", Token);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);

        // The dashboard's grain samples its silos each second.
        var seen = "";
        await Wait.UntilAsync(
            async () => (seen = await admin.GetStringAsync("admin/orleans/DashboardCounters", Token))
                .Contains("OrderBookGrain", StringComparison.Ordinal),
            () => $"The dashboard showed no book: {seen}");
        Assert.Contains("\"totalActiveHostCount\":1", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("demo-alice", HttpStatusCode.Forbidden)]
    public async Task Nobody_else_sees_anything(string? key, HttpStatusCode expected)
    {
        using var storage = Storage.InFiles();
        await using var silo =
            await SiloProcess.StartAsync([.. storage.Arguments, "--simulate", "none", "--dashboard", "on"]);
        using var other = Browser(silo, key);
        foreach (var path in new[] { "admin/orleans", "admin/orleans/", "admin/orleans/DashboardCounters",
            "ADMIN/orleans/index.min.js" })
        {
            using var answer = await other.GetAsync(path, Token);
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task It_is_off_by_default()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--simulate", "none"]);
        using var admin = Browser(silo, "demo-admin");
        using var answer = await admin.GetAsync("admin/orleans/", Token);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static HttpClient Browser(SiloProcess silo, string? key)
    {
        var http = new HttpClient { BaseAddress = silo.Address };
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-Api-Key", key);
        return http;
    }
}
