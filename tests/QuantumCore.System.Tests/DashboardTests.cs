using System.Net;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Orleans' dashboard: behind an option, and only for administrators.</summary>
public sealed class DashboardTests(DashboardTests.Shown shown) : IClassFixture<DashboardTests.Shown>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_sees_silos_and_grains()
    {
        using var admin = Browser(shown.Address, "demo-admin");
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
        using var other = Browser(shown.Address, key);
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
        using var admin = Browser(silo.Address, "demo-admin");
        using var answer = await admin.GetAsync("admin/orleans/", Token);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static HttpClient Browser(Uri address, string? key)
    {
        var http = new HttpClient { BaseAddress = address };
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-Api-Key", key);
        return http;
    }

    /// <summary>An exchange with the dashboard, for the tests of this class.</summary>
    public sealed class Shown : IAsyncLifetime
    {
        private readonly Storage _storage = Storage.InFiles();
        private SiloProcess? _silo;

        public Uri Address => _silo!.Address;

        public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(
            [.. _storage.Arguments, "--simulate", "none", "--dashboard", "on"]);

        public async ValueTask DisposeAsync()
        {
            if (_silo is not null)
                await _silo.DisposeAsync();
            _storage.Dispose();
        }
    }
}
