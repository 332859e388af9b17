using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Identity;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Signing keys: the check of signatures, the place of secrets, and the use of such keys.</summary>
public class SigningKeyTests
{
    // The example of the published documentation: its key and its secret belong to nobody.
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
        Assert.DoesNotContain(
            "my secret", Encoding.UTF8.GetString(Convert.FromBase64String(closed)), StringComparison.Ordinal);
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
        var made = await exchange.SendAsync(
            "POST", "admin/accounts/ACC-2000/keys", """{"signing":"hmac","readOnly":true}""", "admin", Token);
        Assert.Equal((HttpStatusCode.OK, "ACC-2000"), (made.Status, made["account"]));
        var kept = exchange.Floor.Keys.Single(key => key.Hash == KeyRing.Hash(made["apiKey"]!));
        Assert.Equal(
            (2000, KeyRights.Read, SigningScheme.HmacSha256), (kept.Account, kept.Rights, kept.Signing!.Scheme));
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
        var body =
            $$"""{"signing":"rsa","publicKey":"{{rsa.ExportSubjectPublicKeyInfoPem().ReplaceLineEndings("\\n")}}"}""";
        var made = await exchange.SendAsync("POST", "admin/accounts/ACC-2000/keys", body, "admin", Token);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.False(made.Json.TryGetProperty("secret", out _));
        var kept = exchange.Floor.Keys.Single(key => key.Hash == KeyRing.Hash(made["apiKey"]!));
        var seal = exchange.Services.GetRequiredService<SecretSeal>();
        var signature =
            Convert.ToBase64String(rsa.SignData("a=1"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.True(RequestSignature.IsValid(seal, kept, "a=1", signature));
        Assert.False(RequestSignature.IsValid(seal, kept, "a=2", signature));
        Assert.False(RequestSignature.IsValid(seal, kept, "a=1", "no base64"));
    }

    /// <summary>Checks the first three examples of RFC 8032, 7.1.</summary>
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void The_published_examples_of_Ed25519_hold(string seed, string publicKey, string message, string signature)
    {
        var (told, made) = (Convert.FromHexString(message), Convert.FromHexString(signature));
        var key = Ed25519Key.Read(Convert.FromHexString(publicKey))!;
        Assert.True(key.Signed(told, made));
        Assert.False(key.Signed([.. told, 0], made));
        Assert.False(key.Signed(told, made.AsSpan(0, 63)));
        made[40] ^= 1;
        Assert.False(key.Signed(told, made));

        var signer = new Ed25519Signer(Convert.FromHexString(seed));
        Assert.Equal(
            (publicKey, signature),
            (Convert.ToHexStringLower(signer.Point), Convert.ToHexStringLower(signer.Sign(told))));
    }

    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_point_that_is_none_or_fits_every_signature_is_no_ed25519_key(string point) =>
        Assert.Null(Ed25519Key.Read(Convert.FromHexString(point)));

    [Fact]
    public async Task An_ed25519_key_is_its_public_key()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var signer = new Ed25519Signer(new byte[32]);
        var body =
            $$"""{"signing":"ed25519","publicKey":"-----BEGIN PUBLIC KEY-----\n{{signer.PublicKey}}\n-----END PUBLIC KEY-----"}""";
        var made = await exchange.SendAsync("POST", "admin/accounts/ACC-2000/keys", body, "admin", Token);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.False(made.Json.TryGetProperty("secret", out _));
        var kept = exchange.Floor.Keys.Single(key => key.Hash == KeyRing.Hash(made["apiKey"]!));
        var seal = exchange.Services.GetRequiredService<SecretSeal>();
        var signature = Convert.ToBase64String(signer.Sign("a=1"u8));
        Assert.True(RequestSignature.IsValid(seal, kept, "a=1", signature));
        Assert.False(RequestSignature.IsValid(seal, kept, "a=2", signature));
        Assert.False(RequestSignature.IsValid(seal, kept, "a=1", "no base64"));
    }

    [Theory]
    [InlineData("""{"signing":"ed25519"}""", "publicKey")]
    [InlineData("""{"signing":"ed25519","publicKey":"AAAA"}""", "publicKey")]
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
        var made =
            await exchange.SendAsync("POST", "admin/accounts/ACC-1001/keys", """{"signing":"hmac"}""", "admin", Token);
        var refused = await exchange.SendAsync("GET", "account", null, made["apiKey"], Token);
        Assert.Equal((HttpStatusCode.Unauthorized, "Unauthorized"), (refused.Status, refused.Code));
    }
}
