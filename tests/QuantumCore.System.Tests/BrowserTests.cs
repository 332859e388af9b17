using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>An exchange as browsers use it: sessions and TLS.</summary>
public sealed class BrowserTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_outlives_a_killed_exchange_and_its_end_does_too()
    {
        using var storage = Storage.InFiles();
        var cookies = new CookieContainer();
        await using (var first = await StartAsync(storage))
        {
            Assert.Equal(HttpStatusCode.OK, await SendAsync(first.Address, cookies, "POST", "sessions/demo"));
            await first.KillAsync();
        }

        string stolen;
        await using (var second = await StartAsync(storage))
        {
            var moved = Moved(cookies, second.Address);
            Assert.Equal(HttpStatusCode.OK, await SendAsync(second.Address, moved, "GET", "account"));
            stolen = moved.GetCookies(second.Address).Single().Value;
            Assert.Equal(HttpStatusCode.OK, await SendAsync(second.Address, moved, "DELETE", "sessions/current"));
            await second.KillAsync();
        }

        await using var third = await StartAsync(storage);
        var old = new CookieContainer();
        old.Add(third.Address, new Cookie("qc_session", stolen));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(third.Address, old, "GET", "account"));
    }

    [Fact]
    public async Task Over_tls_the_cookie_is_secure_and_browsers_are_to_stay_with_it()
    {
        using var storage = Storage.InFiles();
        using var key = RSA.Create(2048);
        var request =
            new CertificateRequest("CN=exchange.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(storage.Folder, "chain.pem"),
            Path.Combine(storage.Folder, "key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), Cancellation);
        var port = SiloProcess.FreePort();

        await using var silo = await SiloProcess.StartAsync(
            [
                .. storage.Arguments, "--market-maker", "off", "--urls",
                $"http://127.0.0.1:{SiloProcess.FreePort()};https://127.0.0.1:{port}",
                "--tls-certificate", certificateFile, "--tls-key", keyFile]);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback =
                    (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint,
            },
        });
        using var body =
            new StringContent("""{"name":"zoe","password":"correct horse"}""", Encoding.UTF8, "application/json");
        using var message = new HttpRequestMessage(HttpMethod.Post, $"https://127.0.0.1:{port}/api/qc/v1/users")
        {
            Content = body,
        };
        message.Headers.Host = "exchange.test";

        using var response = await http.SendAsync(message, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(
            "secure", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("max-age=31536000", response.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task An_administrator_looks_after_users_and_keys_with_qc()
    {
        using var storage = Storage.InFiles();
        await using var silo = await StartAsync(storage);
        var secret = Path.Combine(storage.Folder, "password.txt");
        await File.WriteAllTextAsync(secret, "correct horse\n", Cancellation);

        Assert.Contains(
            "risk, ACC-1005, open",
            await RunAsync(
                silo, "users", "add", "zoe", "--role", "risk", "--account", "ACC-1005", "--password-file", secret),
            StringComparison.Ordinal);
        Assert.Contains(
            "marketOperator", await RunAsync(silo, "users", "set", "zoe", "--role", "marketOperator"),
            StringComparison.Ordinal);
        Assert.Contains(
            "closed", await RunAsync(silo, "users", "set", "zoe", "--closed", "true"), StringComparison.Ordinal);
        Assert.Contains("nowhere", await RunAsync(silo, "users", "sign-out", "zoe"), StringComparison.Ordinal);
        Assert.Contains("zoe", await RunAsync(silo, "users", "list"), StringComparison.Ordinal);
        Assert.Contains("userClosed", await RunAsync(silo, "users", "audit", "--limit", "5"), StringComparison.Ordinal);

        using var made =
            JsonDocument.Parse(await RunAsync(silo, "keys", "create", "ACC-1005", "--from", "192.0.2.7", "--json"));
        var id = made.RootElement.GetProperty("id").GetString()!;
        Assert.Contains("192.0.2.7/32", await RunAsync(silo, "keys", "list"), StringComparison.Ordinal);
        Assert.Contains("opens nothing", await RunAsync(silo, "keys", "revoke", id), StringComparison.Ordinal);
        Assert.DoesNotContain(id, await RunAsync(silo, "keys", "list"), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(SiloProcess silo, params string[] line)
    {
        var (exitCode, output) = await Programs.RunAsync(
            Programs.Cli, [.. line, "--url", silo.Address.ToString()]);
        Assert.True(exitCode == 0, $"qc {string.Join(' ', line)} ended with {exitCode}: {output}");
        return output;
    }

    private static Task<SiloProcess> StartAsync(Storage storage) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);

    /// <summary>
    /// Returns the same cookies for another port. Cookies belong to a host, but a container stores them by address.
    /// </summary>
    private static CookieContainer Moved(CookieContainer cookies, Uri address)
    {
        var moved = new CookieContainer();
        foreach (Cookie cookie in cookies.GetAllCookies())
            moved.Add(address, new Cookie(cookie.Name, cookie.Value));
        return moved;
    }

    private static async Task<HttpStatusCode> SendAsync(
        Uri exchange, CookieContainer cookies, string method, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies })
        {
            BaseAddress = new Uri(exchange, "api/qc/v1/"),
        };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", exchange.GetLeftPart(UriPartial.Authority));
        using var response = await http.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
