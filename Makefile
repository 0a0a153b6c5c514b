# What people who come from containers expect; everything here is also an npm script or a latchkey command.
COMPOSE ?= docker compose
LOCAL = $(COMPOSE) -f compose.yaml -f compose.local.yaml
NODES = $(COMPOSE) --env-file .env.production -f compose.yaml -f compose.postgres.yaml

.PHONY: help up down build up_local_compose down_local_compose build_local_compose up_nodes down_nodes api mailbox test check

help: ## this list
	@grep -E '^[a-z_]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.env.production:
	@umask 077 && node -e "const r = () => require('node:crypto').randomBytes(32).toString('base64url'); \
	  console.log('SECRET=' + r() + '\\nPGPASSWORD=' + r() + '\\nPUBLIC_URL=http://127.0.0.1:8000\\nMAIL_URL=console:')" > $@
	@echo 'Made .env.production with a new root secret. Keep it, and set PUBLIC_URL and MAIL_URL in it.'

up: .env.production ## build and start the production set
	$(COMPOSE) up --build --detach --wait

down: ## stop it; the data stays
	$(COMPOSE) down

build: .env.production ## build its images anew
	$(COMPOSE) build --pull

up_local_compose: .env.production ## build and start the local set, with a mailbox
	$(LOCAL) up --build --detach --wait

down_local_compose: ## stop the local set
	$(LOCAL) down

build_local_compose: .env.production ## build its images anew
	$(LOCAL) build --pull

up_nodes: .env.production ## build and start two nodes on PostgreSQL
	$(NODES) up --build --detach --wait

down_nodes: .env.production ## stop them; the data stays
	$(NODES) down

api: ## the service without containers
	npm start

mailbox: ## the mail server for development without containers
	node bin/latchkey.mjs mailbox

test: ## all tests
	npm test

check: ## everything that CI runs
	npm run check
