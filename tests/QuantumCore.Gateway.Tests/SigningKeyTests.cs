using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Binance;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Keys that sign: how signatures are checked, where secrets are, what such a key is good for.</summary>
public class SigningKeyTests
{
    // The example of the published documentation: its key and its secret are no one's.
    private const string Secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
    private const string Order = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC";
    private const string Rest = "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Order + "&" + Rest, "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71", true)]
    [InlineData(Order + Rest, "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77", true)]
    [InlineData(Order + Rest, "0FD168B8DDB4876A0358A8D14D0C9F3DA0E9B20C5D52B2A00FCF7D1C602F9A77", true)]
    [InlineData(Order + Rest, "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a78", false)]
    [InlineData(Order + Rest, "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a", false)]
    [InlineData(Order + Rest, "xyz", false)]
    [InlineData(Order + Rest, "", false)]
    public void The_published_examples_of_signatures_hold(string payload, string signature, bool isValid) =>
        Assert.Equal(isValid, RequestSignature.IsHmac(Encoding.ASCII.GetBytes(Secret), payload, signature));

    [Fact]
    public void A_sealed_secret_opens_for_its_own_key_with_its_own_seal_alone()
    {
        var seal = new SecretSeal(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        var closed = seal.Close("my secret", "hash-a");
        Assert.DoesNotContain("my secret", Encoding.UTF8.GetString(Convert.FromBase64String(closed)), StringComparison.Ordinal);
        Assert.NotEqual(closed, seal.Close("my secret", "hash-a"));
        Assert.Equal("my secret"u8.ToArray(), seal.Open(closed, "hash-a"));
        Assert.Null(seal.Open(closed, "hash-b"));
        Assert.Null(SecretSeal.OfThisProcess().Open(closed, "hash-a"));
        Assert.Null(seal.Open("AAAA" + closed[4..], "hash-a"));
        Assert.Null(seal.Open("no base64", "hash-a"));
        Assert.Throws<ArgumentException>(() => new SecretSeal(new byte[31]));
    }

    [Fact]
    public async Task An_hmac_key_has_a_secret_that_is_shown_once_and_kept_sealed()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var made = await exchange.SendAsync("POST", "admin/accounts/ACC-2000/keys", """{"signing":"hmac","readOnly":true}""", "admin", Token);
        Assert.Equal((HttpStatusCode.OK, "ACC-2000"), (made.Status, made["account"]));
        var kept = exchange.Floor.Keys.Single(key => key.Hash == KeyRing.Hash(made["apiKey"]!));
        Assert.Equal((2000, KeyRights.Read, SigningScheme.HmacSha256), (kept.Account, kept.Rights, kept.Signing!.Scheme));
        Assert.DoesNotContain(made["secret"]!, kept.ToString(), StringComparison.Ordinal);

        var seal = exchange.Services.GetRequiredService<SecretSeal>();
        var signature = Convert.ToHexString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(made["secret"]!), "a=1"u8));
        Assert.True(RequestSignature.IsValid(seal, kept, "a=1", signature));
        Assert.False(RequestSignature.IsValid(seal, kept, "a=2", signature));
        Assert.False(RequestSignature.IsValid(SecretSeal.OfThisProcess(), kept, "a=1", signature));
        Assert.False(RequestSignature.IsValid(seal, kept with { Signing = null }, "a=1", signature));
    }

    [Fact]
    public async Task An_rsa_key_is_its_public_key()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var rsa = RSA.Create(2048);
        var body = $$"""{"signing":"rsa","publicKey":"{{rsa.ExportSubjectPublicKeyInfoPem().ReplaceLineEndings("\\n")}}"}""";
        var made = await exchange.SendAsync("POST", "admin/accounts/ACC-2000/keys", body, "admin", Token);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.False(made.Json.TryGetProperty("secret", out _));
        var kept = exchange.Floor.Keys.Single(key => key.Hash == KeyRing.Hash(made["apiKey"]!));
        var seal = exchange.Services.GetRequiredService<SecretSeal>();
        var signature = Convert.ToBase64String(rsa.SignData("a=1"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.True(RequestSignature.IsValid(seal, kept, "a=1", signature));
        Assert.False(RequestSignature.IsValid(seal, kept, "a=2", signature));
        Assert.False(RequestSignature.IsValid(seal, kept, "a=1", "no base64"));
    }

    [Theory]
    [InlineData("""{"signing":"ed25519"}""", "signing")]
    [InlineData("""{"signing":"none"}""", "signing")]
    [InlineData("""{"readOnly":true}""", "readOnly")]
    [InlineData("""{"signing":"rsa"}""", "publicKey")]
    [InlineData("""{"signing":"rsa","publicKey":"AAAA"}""", "publicKey")]
    [InlineData("""{"signing":"hmac","publicKey":"AAAA"}""", "publicKey")]
    public async Task A_key_that_can_not_be_made_names_the_field(string body, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var keys = exchange.Floor.Keys.Count;
        var refused = await exchange.SendAsync("POST", "admin/accounts/ACC-2000/keys", body, "admin", Token);
        Assert.Equal((HttpStatusCode.BadRequest, field), (refused.Status, refused["field"]));
        Assert.Equal(keys, exchange.Floor.Keys.Count);
    }

    [Fact]
    public async Task The_name_of_a_key_that_signs_opens_nothing_by_itself()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var made = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/keys", """{"signing":"hmac"}""", "admin", Token);
        var refused = await exchange.SendAsync("GET", "account", null, made["apiKey"], Token);
        Assert.Equal((HttpStatusCode.Unauthorized, "Unauthorized"), (refused.Status, refused.Code));
    }
}
