-- The PostgreSQL database of a scheduler of version 3, as its program left it when it was killed. Of `pg_dump --inserts`,
-- without the logs of apps that ended well.
CREATE TABLE public.addresses (
    instance text NOT NULL,
    url text NOT NULL
);
CREATE TABLE public.deals (
    deal text NOT NULL,
    first bigint NOT NULL,
    size bigint NOT NULL,
    next_part bigint NOT NULL,
    closed bigint NOT NULL
);
CREATE TABLE public.instances (
    instance text NOT NULL,
    expires bigint NOT NULL
);
CREATE TABLE public.logs (
    task text NOT NULL,
    worker text NOT NULL,
    deal text NOT NULL,
    stdout text NOT NULL,
    stderr text NOT NULL
);
CREATE TABLE public.mail (
    id text NOT NULL,
    instance text NOT NULL,
    worker text NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.meta (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.parts (
    deal text NOT NULL,
    part bigint NOT NULL,
    owner text NOT NULL,
    left_by text NOT NULL,
    left_at bigint NOT NULL
);
CREATE TABLE public.replicates (
    task text NOT NULL,
    worker text NOT NULL,
    deal text NOT NULL,
    idx bigint NOT NULL,
    operator text NOT NULL,
    step text NOT NULL,
    since bigint NOT NULL,
    cause text NOT NULL,
    words text NOT NULL,
    output bigint NOT NULL,
    expiry bigint NOT NULL
);
CREATE TABLE public.tasks (
    task text NOT NULL,
    deal text NOT NULL,
    idx bigint NOT NULL,
    given_up text NOT NULL,
    stored bigint NOT NULL,
    result text NOT NULL,
    data text NOT NULL
);
CREATE TABLE public.workers (
    worker text NOT NULL,
    instance text NOT NULL
);
INSERT INTO public.deals VALUES ('e44dccf6e061cf0132fc56774039b95049ffa01914ef6c749c5ff0c9322fd2fa', 0, 2, 1, 0);
INSERT INTO public.deals VALUES ('d0a00d3c77e61f11c5e971710f4b772ebdf8c3030371686e9198a65af893e560', 0, 1, 1, 0);
INSERT INTO public.deals VALUES ('7f2876e4c5ce17008073d4774283a27d82181f2953102c669b91d729a4a82c2e', 0, 2, 1, 0);
INSERT INTO public.instances VALUES ('eff7309dfa8fe649', 1795967667332);
INSERT INTO public.logs VALUES ('139a4cc832ff5e66d10dda07a10574c24a4d28f5c9b90aecdc062194021f3bd5', '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'd0a00d3c77e61f11c5e971710f4b772ebdf8c3030371686e9198a65af893e560', '', 'error: exit1: as asked
');
INSERT INTO public.meta VALUES ('version', '3');
INSERT INTO public.meta VALUES ('workerpool', 'e1a12d7ad190c7c5bb1af104f33f96f5998c1001');
INSERT INTO public.meta VALUES ('genesis', '6c9fb7c3db0a8dc81c9d03a9246ed23fbac61a797a216eadd39e5a5d23c7b7e6');
INSERT INTO public.meta VALUES ('secret', '96c39f49217cd3091c660d52a38b196d90c5452d0ffb05fb9eb815fbe4a6b70d');
INSERT INTO public.meta VALUES ('cursor', '0000000025');
INSERT INTO public.parts VALUES ('e44dccf6e061cf0132fc56774039b95049ffa01914ef6c749c5ff0c9322fd2fa', 0, 'eff7309dfa8fe649', '', 0);
INSERT INTO public.parts VALUES ('d0a00d3c77e61f11c5e971710f4b772ebdf8c3030371686e9198a65af893e560', 0, 'eff7309dfa8fe649', '', 0);
INSERT INTO public.parts VALUES ('7f2876e4c5ce17008073d4774283a27d82181f2953102c669b91d729a4a82c2e', 0, 'eff7309dfa8fe649', '', 0);
INSERT INTO public.replicates VALUES ('a94c22d503bb5bd2f83cc767a6d9d3786a83aec9ba7320fd66b2ab2405f1f059', '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'e44dccf6e061cf0132fc56774039b95049ffa01914ef6c749c5ff0c9322fd2fa', 0, '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'failed', 1795967595779, '', 'the chain refuses the contribution: the node does not take the transaction: the account cannot pay its fee. Work on tasks costs nothing only if the chain would accept it now: look at the task''s state and at who was delegated; anything else needs RLC', 2048, 1795968254027);
INSERT INTO public.replicates VALUES ('e6672bb80c94aa124749ae35250e607b40894f60c080f0913e5ba56f92f08753', '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'e44dccf6e061cf0132fc56774039b95049ffa01914ef6c749c5ff0c9322fd2fa', 1, '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'failed', 1795967597197, '', 'the chain refuses the contribution: the node does not take the transaction: the account cannot pay its fee. Work on tasks costs nothing only if the chain would accept it now: look at the task''s state and at who was delegated; anything else needs RLC', 2048, 1795968254435);
INSERT INTO public.replicates VALUES ('a94c22d503bb5bd2f83cc767a6d9d3786a83aec9ba7320fd66b2ab2405f1f059', 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', 'e44dccf6e061cf0132fc56774039b95049ffa01914ef6c749c5ff0c9322fd2fa', 0, 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', 'failed', 1795967598547, '', 'the chain refuses the contribution: the node does not take the transaction: the account cannot pay its fee. Work on tasks costs nothing only if the chain would accept it now: look at the task''s state and at who was delegated; anything else needs RLC', 2048, 1795968254027);
INSERT INTO public.replicates VALUES ('e6672bb80c94aa124749ae35250e607b40894f60c080f0913e5ba56f92f08753', 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', 'e44dccf6e061cf0132fc56774039b95049ffa01914ef6c749c5ff0c9322fd2fa', 1, 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', 'failed', 1795967598569, '', 'the chain refuses the contribution: the node does not take the transaction: the account cannot pay its fee. Work on tasks costs nothing only if the chain would accept it now: look at the task''s state and at who was delegated; anything else needs RLC', 2048, 1795968254435);
INSERT INTO public.replicates VALUES ('139a4cc832ff5e66d10dda07a10574c24a4d28f5c9b90aecdc062194021f3bd5', '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'd0a00d3c77e61f11c5e971710f4b772ebdf8c3030371686e9198a65af893e560', 0, '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'computed', 1795967645205, '0601000000', 'the app ended with exit code 1; it wrote: error: exit1: as asked', 0, 1795968304023);
INSERT INTO public.replicates VALUES ('ef7fdf908beb5c826e16d03d45066ee5e73d170d7e4612d748ebc631d8de9f25', '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', '7f2876e4c5ce17008073d4774283a27d82181f2953102c669b91d729a4a82c2e', 0, '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'created', 1795967645275, '', '', 0, 1795968306088);
INSERT INTO public.replicates VALUES ('ef7fdf908beb5c826e16d03d45066ee5e73d170d7e4612d748ebc631d8de9f25', 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', '7f2876e4c5ce17008073d4774283a27d82181f2953102c669b91d729a4a82c2e', 0, 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', 'created', 1795967645275, '', '', 0, 1795968306088);
INSERT INTO public.replicates VALUES ('2d15d3ed3b4db183ded90efd9ead1bfbd013388f767d75ff1c73fbd89318a30e', '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', '7f2876e4c5ce17008073d4774283a27d82181f2953102c669b91d729a4a82c2e', 1, '6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'created', 1795967645275, '', '', 0, 1795968306088);
INSERT INTO public.replicates VALUES ('2d15d3ed3b4db183ded90efd9ead1bfbd013388f767d75ff1c73fbd89318a30e', 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', '7f2876e4c5ce17008073d4774283a27d82181f2953102c669b91d729a4a82c2e', 1, 'cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', 'created', 1795967645275, '', '', 0, 1795968306088);
INSERT INTO public.workers VALUES ('cc333cfa3088ee5acc25bf8267583cb6b85fe108fda7fb6d9968159d39e3b66e', 'eff7309dfa8fe649');
INSERT INTO public.workers VALUES ('6ec6b21967e69669023faab095925ab8d909dc610aef347dbdd563436348df2a', 'eff7309dfa8fe649');
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (instance);
ALTER TABLE ONLY public.deals
    ADD CONSTRAINT deals_pkey PRIMARY KEY (deal);
ALTER TABLE ONLY public.instances
    ADD CONSTRAINT instances_pkey PRIMARY KEY (instance);
ALTER TABLE ONLY public.logs
    ADD CONSTRAINT logs_pkey PRIMARY KEY (task, worker);
ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.parts
    ADD CONSTRAINT parts_pkey PRIMARY KEY (deal, part);
ALTER TABLE ONLY public.replicates
    ADD CONSTRAINT replicates_pkey PRIMARY KEY (task, worker);
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (task);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (worker);
CREATE INDEX deals_closed ON public.deals USING btree (closed);
CREATE INDEX logs_deal ON public.logs USING btree (deal);
CREATE INDEX replicates_deal ON public.replicates USING btree (deal, idx);
CREATE INDEX tasks_deal ON public.tasks USING btree (deal, idx);
