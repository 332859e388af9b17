using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>Connections to PostgreSQL on other machines.</summary>
public class PostgresHostsTests
{
    [Theory]
    [InlineData("Host=db", "'db'")]
    [InlineData("Server=10.0.0.5;Port=5433", "'10.0.0.5'")]
    [InlineData("Host=127.0.0.1,db:5433", "'db:5433'")]
    [InlineData("Host=localhost.example", "'localhost.example'")]
    [InlineData("Host=fd00::5", "'fd00::5'")]
    [InlineData("Host=db;Root Certificate=/etc/ca.pem", "'db'")]
    public void Another_machine_needs_an_SSL_mode(string connection, string host)
    {
        var problem = PostgresHosts.Problem(connection);

        Assert.StartsWith(host, problem, StringComparison.Ordinal);
        Assert.Contains("SSL Mode=VerifyFull", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;SSL Mode=VerifyFull")]
    [InlineData("Host=db;SslMode=Disable")]
    [InlineData("ssl mode=prefer;host=db")]
    [InlineData("Host=127.0.0.1")]
    [InlineData("Host=localhost")]
    [InlineData("Host=LocalHost:5433,127.0.0.1:5434")]
    [InlineData("Host=::1")]
    [InlineData("Host=[::1]:5433,127.0.0.1")]
    [InlineData("Host=/var/run/postgresql")]
    [InlineData("Host=@abstract")]
    [InlineData("Database=exchange")]
    public void This_machine_and_a_named_mode_are_accepted(string connection) =>
        Assert.Null(PostgresHosts.Problem(connection));
}
