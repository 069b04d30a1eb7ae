-- Two roles: the owner makes and changes tables, the application owns none. An owner could drop the triggers that
-- hold history and ledger, so the web and the worker must not be one (check wudan.W001 warns).
-- Run once as a superuser:  psql -v owner_password=… -v app_password=… -f deploy/roles.sql
-- Then: DATABASE_URL=postgresql://wudan_owner:…@127.0.0.1/wudan wudan migrate

CREATE ROLE wudan_owner LOGIN PASSWORD :'owner_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE wudan_app LOGIN PASSWORD :'app_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE wudan OWNER wudan_owner ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE wudan FROM PUBLIC;
GRANT CONNECT ON DATABASE wudan TO wudan_app;

\connect wudan
-- Both are trusted extensions: the owner could create them too. They are made here so that it need not.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER SCHEMA public OWNER TO wudan_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO wudan_app;
-- No TRUNCATE, REFERENCES or TRIGGER.
ALTER DEFAULT PRIVILEGES FOR ROLE wudan_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO wudan_app;
ALTER DEFAULT PRIVILEGES FOR ROLE wudan_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO wudan_app;
ALTER DEFAULT PRIVILEGES FOR ROLE wudan_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO wudan_app;
