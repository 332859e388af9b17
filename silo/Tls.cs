using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuantumCore.Silo;

/// <summary>The certificate of the https addresses, and those it was issued with.</summary>
internal sealed class Tls
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _issuers = [];

    private Tls(string file, string? key)
    {
        _certificate = X509Certificate2.CreateFromPemFile(file, key);
        _issuers.ImportFromPemFile(file);
    }

    /// <summary>Reads what the options name; null when they name nothing.</summary>
    /// <exception cref="FormatException">It can't be read; the message is for the user.</exception>
    public static Tls? Read(SiloOptions options)
    {
        try
        {
            return options.TlsCertificate is { } file ? new Tls(file, options.TlsKey) : null;
        }
        catch (CryptographicException error)
        {
            throw new FormatException($"--tls-certificate, --tls-key: {error.Message}", error);
        }
    }

    /// <summary>For connections of other kinds.</summary>
    public SslServerAuthenticationOptions OfConnections() => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, _issuers),
    };

    /// <summary>Serves https addresses with it.</summary>
    public void Serve(IWebHostBuilder host) => host
        .UseKestrelHttpsConfiguration()
        .ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = _certificate;
            https.ServerCertificateChain = _issuers;
        }));
}
